# SPDX-License-Identifier: Apache-2.0
"""Schemas of the actions on a server."""

from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack.compute.schemas import servers
from nova_ext.api.openstack.compute.schemas import types

_SOFT_OR_HARD = ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']

start = types.bare('os-start')
stop = types.bare('os-stop')
pause = types.bare('pause')
unpause = types.bare('unpause')
suspend = types.bare('suspend')
resume = types.bare('resume')
confirm_resize = types.bare('confirmResize')
revert_resize = types.bare('revertResize')
force_delete = types.bare('forceDelete')
unlock = types.bare('unlock')

reboot = schema.wrapped(
    'reboot',
    schema.Body({'type': Param({'enum': _SOFT_OR_HARD}, required=True)}),
)
reset_state = schema.wrapped(
    'os-resetState',
    schema.Body(
        {'state': Param({'enum': ['active', 'error']}, required=True)}
    ),
)
lock = schema.Body(
    {
        'lock': (
            Param({}, until='2.72', required=True),
            Param(
                {
                    'type': ['object', 'null'],
                    'properties': {
                        'locked_reason': {
                            'type': 'string',
                            'minLength': 1,
                            'maxLength': 255,
                        }
                    },
                    'additionalProperties': False,
                },
                since='2.73',
                required=True,
            ),
        )
    }
)
resize = schema.wrapped(
    'resize',
    schema.Body(
        {
            'flavorRef': Param(
                {'type': ['string', 'integer'], 'minLength': 1}, required=True
            ),
            'OS-DCF:diskConfig': Param(servers.disk_config),
        }
    ),
)
migrate = schema.Body(
    {
        'migrate': (
            Param({}, until='2.55', required=True),
            Param(
                {
                    'type': ['object', 'null'],
                    'properties': {'host': types.nullable(types.host)},
                    'additionalProperties': False,
                },
                since='2.56',
                required=True,
            ),
        )
    }
)
_block_migration = {
    'anyOf': [types.boolean_like, {'enum': ['auto']}],
}
migrate_live = schema.wrapped(
    'os-migrateLive',
    schema.Body(
        {
            'host': Param(types.nullable(types.host), required=True),
            'block_migration': (
                Param(types.boolean_like, until='2.24', required=True),
                Param(_block_migration, since='2.25', required=True),
            ),
            'disk_over_commit': Param(
                types.boolean_like, until='2.24', required=True
            ),
            'force': Param(types.boolean_like, since='2.30', until='2.67'),
        }
    ),
)
evacuate = schema.wrapped(
    'evacuate',
    schema.Body(
        {
            'host': Param(types.host),
            'adminPass': Param(types.string),
            'onSharedStorage': Param(
                types.boolean_like, until='2.13', required=True
            ),
            'force': Param(types.boolean_like, since='2.29', until='2.67'),
        }
    ),
)
rebuild = schema.wrapped(
    'rebuild',
    schema.Body(
        {
            'imageRef': Param(servers.image_ref, required=True),
            'name': Param(types.name),
            'adminPass': Param(types.string),
            'metadata': Param(types.metadata),
            'preserve_ephemeral': Param(types.boolean_like),
            'OS-DCF:diskConfig': Param(servers.disk_config),
            'accessIPv4': Param(types.ipv4),
            'accessIPv6': Param(types.ipv6),
            'personality': Param(servers.personality, until='2.56'),
            'description': Param(types.description, since='2.19'),
            'key_name': Param(types.nullable(types.name), since='2.54'),
            'user_data': Param(types.nullable(types.user_data), since='2.57'),
            'trusted_image_certificates': Param(
                types.certificates, since='2.63'
            ),
        }
    ),
)
