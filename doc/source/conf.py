# SPDX-License-Identifier: Apache-2.0
"""Configuration of Sphinx for the documentation."""

extensions = [
    'cliff.sphinxext',
    'openstackdocstheme',
    'oslo_config.sphinxconfiggen',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
    'oslo_policy.sphinxpolicygen',
    'sphinx.ext.autodoc',
]

project = 'nova-ext'
copyright = 'The nova-ext authors'
master_doc = 'index'
exclude_patterns = []

autoprogram_cliff_application = 'openstack'
autoprogram_cliff_app_dist_name = 'nova-ext'
autoprogram_cliff_ignored = ['--help']

config_generator_config_file = [
    (
        '../../etc/nova_ext/nova-ext-config-generator.conf',
        '_static/nova-ext',
    ),
    (
        '../../etc/sahara_ext/sahara-ext-config-generator.conf',
        '_static/sahara-ext',
    ),
]
policy_generator_config_file = [
    (
        '../../etc/nova_ext/nova-ext-policy-generator.conf',
        '_static/nova-ext',
    ),
    (
        '../../etc/sahara_ext/sahara-ext-policy-generator.conf',
        '_static/sahara-ext',
    ),
]

html_theme = 'openstackdocs'
html_static_path = ['_static']
openstackdocs_repo_name = 'openstack/nova-ext'
openstackdocs_auto_name = False
openstackdocs_use_storyboard = False
openstackdocs_pdf_link = False
