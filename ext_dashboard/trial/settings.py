# SPDX-License-Identifier: Apache-2.0
"""The part of Horizon's settings that is of a trial dashboard.

Horizon's ``local_settings.py`` imports it. Where static files are made, there
is no place yet.
"""

import json
import os
import sys
from typing import Any

# It is being imported, and has these already.
from openstack_dashboard import settings as horizon_settings

from ext_dashboard.trial.place import HORIZON_VARIABLE

_place: dict[str, Any] = json.loads(os.environ.get(HORIZON_VARIABLE, '{}'))

DEBUG = False
ALLOWED_HOSTS = _place.get('hosts', [])
WEBROOT = '/'
SECRET_KEY = _place.get('secret_key', 'of no session')
OPENSTACK_KEYSTONE_URL = _place.get('identity', '')
OPENSTACK_KEYSTONE_DEFAULT_ROLE = 'member'
TIME_ZONE = 'UTC'
#: Those that the plugin is translated to; Horizon itself has no Hebrew.
LANGUAGES = (('en', 'English'), ('de', 'German'), ('he', 'Hebrew'))

horizon_settings.HORIZON_CONFIG.update(
    user_home='/project/instances/',
    customization_module='ext_dashboard.trial.customization',
)
OPENSTACK_INSTANCE_RETRIEVE_IP_ADDRESSES = False
OPENSTACK_NEUTRON_NETWORK = {'enable_rbac_policy': False}

SESSION_ENGINE = 'django.contrib.sessions.backends.file'
SESSION_FILE_PATH = _place.get('sessions')
CACHES = {
    'default': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}
}

#: Of the environment, whose files they are made of.
STATIC_ROOT = os.path.join(sys.prefix, 'horizon-static')
COMPRESS_ROOT = STATIC_ROOT
COMPRESS_OFFLINE = True

LOGGING = {
    'version': 1,
    'disable_existing_loggers': False,
    'formatters': {
        'line': {'format': '%(asctime)s %(levelname)s %(name)s %(message)s'}
    },
    'handlers': {
        'stream': {'class': 'logging.StreamHandler', 'formatter': 'line'}
    },
    'root': {'handlers': ['stream'], 'level': 'INFO'},
}
