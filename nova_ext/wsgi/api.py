# SPDX-License-Identifier: Apache-2.0
"""The compute API for WSGI servers: the module's ``application``.

Configuration files come from ``OS_NOVA_EXT_CONFIG_FILES``, separated by
semicolons; without it, from where oslo.config looks for ``nova-ext.conf``.
"""

from ext_lib import startup
from nova_ext.wsgi import loader

application = startup.load_application(
    __name__, lambda: loader.load(loader.configure())
)
