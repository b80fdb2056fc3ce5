# SPDX-License-Identifier: Apache-2.0
"""The compute API for WSGI servers: the module's ``application``.

Configuration files come from ``OS_NOVA_EXT_CONFIG_FILES``, separated by
semicolons; without it, from where oslo.config looks for ``nova-ext.conf``.
"""

from nova_ext.wsgi import configuration
from nova_ext.wsgi import loader

application = loader.load(configuration.read())
