# SPDX-License-Identifier: Apache-2.0
"""The audit of a nova for WSGI servers: the module's ``application``.

It answers the GETs of os-instance-actions, os-migrations and migrations of
servers from the databases of a nova's cells, so that nova-api need not. It
only reads. Configuration files are found as by :mod:`nova_ext.wsgi.api`.
"""

from ext_lib import startup
from nova_ext.wsgi import loader

application = startup.load_application(
    __name__, lambda: loader.load_audit(loader.configure(is_audit=True))
)
