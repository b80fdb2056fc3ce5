# SPDX-License-Identifier: Apache-2.0
"""Policies in code: who may do what, a class or a module a resource."""

from oslo_config import cfg
from oslo_policy import policy

from nova_ext.policies import base
from nova_ext.policies import server_tasks
from nova_ext.policies import servers


class Extensions:
    """Policy of the extensions of the API."""

    READ = 'os_compute_api:extensions'

    RULES = [
        base.rule(
            READ,
            '@',
            'List the extensions of the API, and show one.',
            ('GET', '/extensions'),
            ('GET', '/extensions/{alias}'),
        ),
    ]


class Flavors:
    """Policy of the extra specs of flavors; all users may read flavors."""

    EXTRA_SPECS_INDEX = 'os_compute_api:os-flavor-extra-specs:index'

    RULES = [
        base.rule(
            EXTRA_SPECS_INDEX,
            base.PROJECT_READER_OR_ADMIN,
            'See the extra specs of flavors, in servers and flavors too.',
            ('GET', '/flavors/{flavor_id}/os-extra_specs'),
            ('GET', '/flavors/detail'),
            ('GET', '/flavors/{flavor_id}'),
            ('GET', '/servers/detail'),
            ('GET', '/servers/{server_id}'),
        ),
    ]


class InstanceActions:
    """Policies of the actions of a server and of the details they show."""

    ROOT = 'os_compute_api:os-instance-actions'
    LIST = f'{ROOT}:list'
    SHOW = f'{ROOT}:show'
    EVENTS = f'{ROOT}:events'
    DETAILS = f'{EVENTS}:details'

    _INDEX_PATH = '/servers/{server_id}/os-instance-actions'
    _SHOW_PATH = '/servers/{server_id}/os-instance-actions/{request_id}'

    RULES = [
        base.rule(
            LIST,
            base.PROJECT_READER_OR_ADMIN,
            'List the actions of a server.',
            ('GET', _INDEX_PATH),
        ),
        base.rule(
            SHOW,
            base.PROJECT_READER_OR_ADMIN,
            'Show an action of a server.',
            ('GET', _SHOW_PATH),
        ),
        base.rule(
            EVENTS,
            base.ADMIN,
            'See the traceback of the events of an action, and from '
            'microversion 2.62 their host. Before microversion 2.51 it takes '
            'this rule to see the events at all.',
            ('GET', _SHOW_PATH),
        ),
        base.rule(
            DETAILS,
            base.ADMIN,
            'See the details of the events of an action, which exist from '
            'microversion 2.84: why a step failed, in one line.',
            ('GET', _SHOW_PATH),
        ),
    ]


class Keypairs:
    """Policies of the keys of users."""

    ROOT = 'os_compute_api:os-keypairs'
    INDEX = f'{ROOT}:index'
    SHOW = f'{ROOT}:show'
    CREATE = f'{ROOT}:create'
    DELETE = f'{ROOT}:delete'

    _PATH = '/os-keypairs'
    _ONE_PATH = '/os-keypairs/{keypair_name}'

    RULES = [
        base.rule(
            INDEX,
            base.ADMIN_OR_USER,
            'List the keys of a user.',
            ('GET', _PATH),
        ),
        base.rule(
            SHOW,
            base.ADMIN_OR_USER,
            'Show a key of a user.',
            ('GET', _ONE_PATH),
        ),
        base.rule(
            CREATE,
            base.ADMIN_OR_USER,
            'Import or generate a key for a user.',
            ('POST', _PATH),
        ),
        base.rule(
            DELETE,
            base.ADMIN_OR_USER,
            'Delete a key of a user.',
            ('DELETE', _ONE_PATH),
        ),
    ]


class Migrations:
    """Policies of the list of migrations."""

    ROOT = 'os_compute_api:os-migrations'
    INDEX = f'{ROOT}:index'
    INDEX_ALL_PROJECTS = f'{ROOT}:index:all_projects'
    INDEX_HOST = f'{ROOT}:index:host'

    _PATH = ('GET', '/os-migrations')

    RULES = [
        base.rule(
            INDEX,
            base.PROJECT_MANAGER_OR_ADMIN,
            'List migrations.',
            _PATH,
        ),
        base.rule(
            INDEX_ALL_PROJECTS,
            base.ADMIN,
            'List migrations without naming the own project in project_id.',
            _PATH,
        ),
        base.rule(
            INDEX_HOST,
            base.ADMIN,
            'See the hosts and nodes of listed migrations.',
            _PATH,
        ),
    ]


class ServerMigrations:
    """Policies of the live migrations of a server."""

    ROOT = 'os_compute_api:servers:migrations'
    INDEX = f'{ROOT}:index'
    INDEX_HOST = f'{ROOT}:index:host'
    SHOW = f'{ROOT}:show'
    FORCE_COMPLETE = f'{ROOT}:force_complete'
    DELETE = f'{ROOT}:delete'

    _INDEX_PATH = '/servers/{server_id}/migrations'
    _SHOW_PATH = '/servers/{server_id}/migrations/{migration_id}'

    RULES = [
        base.rule(
            INDEX,
            base.PROJECT_MANAGER_OR_ADMIN,
            'List the live migrations of a server that are in progress.',
            ('GET', _INDEX_PATH),
        ),
        base.rule(
            INDEX_HOST,
            base.ADMIN,
            'See the hosts and nodes of listed live migrations.',
            ('GET', _INDEX_PATH),
        ),
        base.rule(
            SHOW,
            base.ADMIN,
            'Show a live migration that is in progress.',
            ('GET', _SHOW_PATH),
        ),
        base.rule(
            FORCE_COMPLETE,
            base.PROJECT_MANAGER_OR_ADMIN,
            'Force a running live migration to complete.',
            ('POST', f'{_SHOW_PATH}/action (force_complete)'),
        ),
        base.rule(
            DELETE,
            base.PROJECT_MANAGER_OR_ADMIN,
            'Abort a live migration.',
            ('DELETE', _SHOW_PATH),
        ),
    ]


class Services:
    """Policies of services."""

    ROOT = 'os_compute_api:os-services'
    LIST = f'{ROOT}:list'
    UPDATE = f'{ROOT}:update'
    DELETE = f'{ROOT}:delete'

    RULES = [
        base.rule(
            LIST,
            base.ADMIN,
            'List the services.',
            ('GET', '/os-services'),
        ),
        base.rule(
            UPDATE,
            base.ADMIN,
            'Enable and disable a service, or force it down.',
            ('PUT', '/os-services/enable'),
            ('PUT', '/os-services/disable'),
            ('PUT', '/os-services/disable-log-reason'),
            ('PUT', '/os-services/force-down'),
            ('PUT', '/os-services/{service_id}'),
        ),
        base.rule(
            DELETE,
            base.ADMIN,
            'Delete a service.',
            ('DELETE', '/os-services/{service_id}'),
        ),
    ]


def list_rules() -> list[policy.RuleDefault]:
    """Return every rule, for the enforcer and for oslo.policy's tools."""
    return [
        *base.list_rules(),
        *Extensions.RULES,
        *Flavors.RULES,
        *InstanceActions.RULES,
        *Keypairs.RULES,
        *Migrations.RULES,
        *servers.ACTION_RULES,
        *ServerMigrations.RULES,
        *server_tasks.list_rules(),
        *servers.RULES,
        *Services.RULES,
    ]


def get_enforcer() -> policy.Enforcer:
    """Return an enforcer with the rules, for oslo.policy's tools."""
    conf = cfg.ConfigOpts()
    conf([], project='nova-ext')
    enforcer = policy.Enforcer(conf)
    enforcer.register_defaults(list_rules())
    return enforcer
