# SPDX-License-Identifier: Apache-2.0
"""Configuration of Sphinx for the release notes."""

extensions = ['openstackdocstheme', 'reno.sphinxext']

project = 'nova-ext release notes'
copyright = 'The nova-ext authors'
master_doc = 'index'

html_theme = 'openstackdocs'
openstackdocs_repo_name = 'openstack/nova-ext'
openstackdocs_auto_name = False
