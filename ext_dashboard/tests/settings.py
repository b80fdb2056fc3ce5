# SPDX-License-Identifier: Apache-2.0
"""Settings of Django for the tests: Horizon's, sahara-dashboard's, ours."""

import openstack_dashboard.enabled
import openstack_dashboard.test.settings
from openstack_dashboard.utils import settings as horizon_settings
import sahara_dashboard.enabled

import ext_dashboard.enabled

_settings = {
    name: value
    for name, value in vars(openstack_dashboard.test.settings).items()
    if name.isupper()
}
globals().update(_settings)

HORIZON_CONFIG = {
    name: value
    for name, value in _settings['HORIZON_CONFIG'].items()
    if name not in ('dashboards', 'default_dashboard')
}
_apps = list(_settings['INSTALLED_APPS'])
horizon_settings.update_dashboards(
    [
        openstack_dashboard.enabled,
        sahara_dashboard.enabled,
        ext_dashboard.enabled,
    ],
    HORIZON_CONFIG,
    _apps,
)
# Horizon's settings of tests have some of them already.
INSTALLED_APPS = tuple(dict.fromkeys(_apps))
LANGUAGES = [('en', 'English'), ('de', 'German'), ('he', 'Hebrew')]
# As in Horizon's settings of production.
LANGUAGE_COOKIE_NAME = 'horizon_language'
