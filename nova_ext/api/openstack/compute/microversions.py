# SPDX-License-Identifier: Apache-2.0
"""Microversions of the compute API, with names for those the code uses."""

import dataclasses

from oslo_config import cfg

from ext_lib.wsgi import microversion
from ext_lib.wsgi import request

#: What versions change, for the resources this service has.
_CHANGES = {
    '2.1': 'The first version.',
    '2.2': 'Keys have a type; statuses of keys that are made or deleted.',
    '2.3': 'Show more attributes of servers to administrators.',
    '2.5': 'Filter servers by ip6.',
    '2.9': 'Show whether a server is locked.',
    '2.10': 'Administrators manage the keys of other users.',
    '2.11': 'Force a compute service down.',
    '2.14': 'Evacuate without onSharedStorage and without a password.',
    '2.16': 'Show the status of the host of a server.',
    '2.18': 'The project segment of URLs is optional.',
    '2.19': 'Set and show the description of a server.',
    '2.21': 'Show the actions of deleted servers.',
    '2.22': 'Force a running live migration to complete.',
    '2.23': 'List and show live migrations of a server; migration type.',
    '2.24': 'Abort a running live migration.',
    '2.25': 'Live migration with automatic block migration.',
    '2.26': 'Show the tags of a server.',
    '2.27': 'Accept the OpenStack-API-Version header.',
    '2.29': 'Evacuate checks the requested host, unless forced.',
    '2.30': 'Live migration checks the requested host, unless forced.',
    '2.34': 'Live migration checks the hosts before it answers no more.',
    '2.35': 'Page the list of keys.',
    '2.36': 'The image proxy is gone.',
    '2.37': 'The networks of a new server must be given.',
    '2.38': 'An unknown status in a list of servers is an error.',
    '2.47': 'Show the flavor of a server itself and not a link.',
    '2.51': 'Show the events of an action to all users who see the action.',
    '2.52': 'Set tags when a server is created.',
    '2.53': 'Services have a UUID as their id.',
    '2.54': 'Set and show the key of a rebuilt server.',
    '2.55': 'Show the description of a flavor.',
    '2.56': 'Migrate to a requested host.',
    '2.57': 'Set and show the user data of a rebuilt server.',
    '2.58': 'Page and filter the actions of a server; updated_at.',
    '2.59': 'Page and filter migrations; the uuid of a migration.',
    '2.61': 'Show the extra specs of a flavor.',
    '2.62': 'Show the host of events, hashed to those who may not know it.',
    '2.63': 'Show the trusted image certificates of a server.',
    '2.65': 'Abort live migrations that are queued or in preparation.',
    '2.66': 'Filter by changes-before.',
    '2.68': 'Evacuation and live migration cannot be forced any more.',
    '2.69': 'Show partial results while a cell is down.',
    '2.71': 'Show the server groups of a server.',
    '2.73': 'Lock with a reason, and show it; list by locked.',
    '2.74': 'Create a server on a requested host.',
    '2.75': 'Refuse unknown parameters; swap of a flavor is a number.',
    '2.80': 'Show and filter by who started a migration.',
    '2.83': 'Filter servers by more, for all users.',
    '2.84': 'Show why a step of an action failed.',
}

MINIMUM = microversion.parse('2.1')
MAXIMUM = microversion.parse([*_CHANGES][-1])

#: What each version changes; None where it changes only other resources.
#: ``rest_api_version_history.rst`` has the details.
HISTORY = {
    version: _CHANGES.get(version)
    for version in (f'2.{minor}' for minor in range(1, MAXIMUM.minor + 1))
}

KEYPAIR_TYPE = microversion.parse('2.2')
EXTENDED_ATTRIBUTES = microversion.parse('2.3')
IP6_FOR_ALL = microversion.parse('2.5')
LOCKED = microversion.parse('2.9')
SERVICE_FORCED_DOWN = microversion.parse('2.11')
EVACUATE_SILENT = microversion.parse('2.14')
HOST_STATUS = microversion.parse('2.16')
DESCRIPTION = microversion.parse('2.19')
DELETED_ACTIONS = microversion.parse('2.21')
MIGRATION_TYPE = microversion.parse('2.23')
TAGS = microversion.parse('2.26')
MIGRATE_LIVE_ASYNC = microversion.parse('2.34')
KEYPAIRS_PAGED = microversion.parse('2.35')
CHECKED_STATUS = microversion.parse('2.38')
EMBEDDED_FLAVOR = microversion.parse('2.47')
EVENTS_FOR_ALL = microversion.parse('2.51')
SERVICE_UUID = microversion.parse('2.53')
REBUILD_KEY_NAME = microversion.parse('2.54')
FLAVOR_DESCRIPTION = microversion.parse('2.55')
MIGRATE_HOST = microversion.parse('2.56')
REBUILD_USER_DATA = microversion.parse('2.57')
ACTION_UPDATED_AT = microversion.parse('2.58')
MIGRATION_UUID = microversion.parse('2.59')
FLAVOR_EXTRA_SPECS = microversion.parse('2.61')
EVENT_HOST = microversion.parse('2.62')
TRUSTED_CERTIFICATES = microversion.parse('2.63')
ABORT_QUEUED = microversion.parse('2.65')
SERVER_GROUPS = microversion.parse('2.71')
LOCKED_REASON = microversion.parse('2.73')
STRICT = microversion.parse('2.75')
MIGRATION_USER = microversion.parse('2.80')
FILTERS_FOR_ALL = microversion.parse('2.83')
EVENT_DETAILS = microversion.parse('2.84')

NEGOTIATOR = microversion.Negotiator(
    service_type='compute',
    minimum=MINIMUM,
    maximum=MAXIMUM,
    legacy_header='X-OpenStack-Nova-API-Version',
)


def audit_negotiator(conf: cfg.ConfigOpts) -> microversion.Negotiator:
    """Return the negotiator of the versions that the audit serves."""
    maximum = microversion.parse(conf.api.audit_max_microversion)
    return dataclasses.replace(NEGOTIATOR, maximum=maximum)


def supports(req: request.Request, version: microversion.Version) -> bool:
    """Return whether the version of the request is ``version`` or later."""
    return req.version >= version
