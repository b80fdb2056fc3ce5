# SPDX-License-Identifier: Apache-2.0
"""Configuration of Sphinx for the API reference."""

extensions = ['openstackdocstheme', 'os_api_ref']

project = 'nova-ext API reference'
copyright = 'The nova-ext authors'
master_doc = 'index'

html_theme = 'openstackdocs'
html_theme_options = {'sidebar_mode': 'toc'}
openstackdocs_repo_name = 'openstack/nova-ext'
openstackdocs_auto_name = False

# The selector on top of the pages hides what a microversion does not have.
os_api_ref_min_microversion = '2.1'
os_api_ref_max_microversion = '2.84'
