# SPDX-License-Identifier: Apache-2.0
"""extensions: the parts of the API, for clients older than 2.1."""

from typing import Any

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext import policies
from nova_ext.api.openstack.compute.schemas import types

_NAMESPACE = 'http://docs.openstack.org/compute/ext/fake_xml'
_UPDATED = '2014-12-03T00:00:00Z'

#: Alias: name, what it adds. A part is listed when all of it is here:
#: os-deferred-delete is not, since deleted servers cannot be restored.
_EXTENSIONS = {
    'os-admin-actions': ('AdminActions', 'Reset the state of servers.'),
    'os-evacuate': ('Evacuate', 'Evacuate servers from dead hosts.'),
    'os-instance-actions': ('InstanceActions', 'What was done to servers.'),
    'os-keypairs': ('Keypairs', 'Keep the keys of users.'),
    'os-lock-server': ('LockServer', 'Lock and unlock servers.'),
    'os-migrate-server': ('MigrateServer', 'Migrate servers.'),
    'os-migrations': ('Migrations', 'List migrations.'),
    'os-pause-server': ('PauseServer', 'Pause and unpause servers.'),
    'os-services': ('Services', 'List and disable services.'),
    'os-suspend-server': ('SuspendServer', 'Suspend and resume servers.'),
}


_EXTENSION = schema.Body(
    {
        'alias': Param(types.string, required=True),
        'description': Param(types.string, required=True),
        'links': Param({'type': 'array'}, required=True),
        'name': Param(types.string, required=True),
        'namespace': Param(types.string, required=True),
        'updated': Param(types.string, required=True),
    }
)

_INDEX_RESPONSE = schema.wrapped('extensions', schema.ListOf(_EXTENSION))
_SHOW_RESPONSE = schema.wrapped('extension', _EXTENSION)


class ExtensionsController:
    """Lists and shows the parts of the API."""

    @controller.response(_INDEX_RESPONSE)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List the parts of the API."""
        req.context.can(policies.Extensions.READ, {})
        return {'extensions': [_shown(alias) for alias in _EXTENSIONS]}

    @controller.response(_SHOW_RESPONSE)
    def show(self, req: request.Request, alias: str) -> dict[str, Any]:
        """Show a part of the API."""
        req.context.can(policies.Extensions.READ, {})
        if alias not in _EXTENSIONS:
            raise exception.NotFound()
        return {'extension': _shown(alias)}


def _shown(alias: str) -> dict[str, Any]:
    name, description = _EXTENSIONS[alias]
    return {
        'alias': alias,
        'description': description,
        'links': [],
        'name': name,
        'namespace': _NAMESPACE,
        'updated': _UPDATED,
    }
