# SPDX-License-Identifier: Apache-2.0
"""The data processing API for WSGI servers: the module's ``application``.

Configuration files come from ``OS_SAHARA_EXT_CONFIG_FILES``, separated by
semicolons; without it, from where oslo.config looks for ``sahara-ext.conf``.
"""

from ext_lib import startup
from sahara_ext.wsgi import loader

application = startup.load_application(
    __name__, lambda: loader.load(loader.configure())
)
