# SPDX-License-Identifier: Apache-2.0
"""Policies in code: who may do what, a class or a module a resource."""

from oslo_config import cfg
from oslo_policy import policy

from nova_ext.policies import base
from nova_ext.policies import servers  # noqa: F401 (adds its rules)


class Audit:
    """Policies of records across servers, which the trail has."""

    _ROOT = 'audit'

    _READER = f'{base.PROJECT_READER_OR_ADMIN} or {base.AUDITOR}'
    _ACTIONS = 'GET /audit/actions'
    _TIMELINE = 'GET /audit/servers/{server_id}/timeline'
    _MIGRATIONS = 'GET /audit/servers/{server_id}/migrations'
    _ALL = (_ACTIONS, _TIMELINE, _MIGRATIONS)

    ACTIONS = base.rule(
        f'{_ROOT}:actions:index',
        _READER,
        "List actions across servers, those of the own project's servers.",
        _ACTIONS,
    )
    TIMELINE = base.rule(
        f'{_ROOT}:servers:timeline',
        _READER,
        'Show the actions and events of a server in the order of time, with '
        'its tasks. The server may be deleted.',
        _TIMELINE,
    )
    MIGRATIONS = base.rule(
        f'{_ROOT}:servers:migrations',
        _READER,
        'List all migrations of a server, and see them in its timeline.',
        _MIGRATIONS,
        _TIMELINE,
    )
    ALL_PROJECTS = base.rule(
        f'{_ROOT}:all_projects',
        base.AUDITOR,
        'Read the records of the servers of all projects.',
        *_ALL,
    )
    HOSTS = base.rule(
        f'{_ROOT}:hosts',
        base.AUDITOR,
        'See hosts in the records, and list actions by host. So may those who '
        'pass os_compute_api:os-instance-actions:events; it takes that rule '
        'to see a traceback.',
        *_ALL,
    )


class Extensions:
    """Policy of the extensions of the API."""

    READ = base.rule(
        'extensions',
        '@',
        'List the extensions of the API, and show one.',
        'GET /extensions',
        'GET /extensions/{alias}',
    )


class Flavors:
    """Policy of the extra specs of flavors; all users may read flavors."""

    EXTRA_SPECS_INDEX = base.rule(
        'os-flavor-extra-specs:index',
        base.PROJECT_READER_OR_ADMIN,
        'See the extra specs of flavors, in servers and flavors too.',
        'GET /flavors/{flavor_id}/os-extra_specs',
        'GET /flavors/detail',
        'GET /flavors/{flavor_id}',
        'GET /servers/detail',
        'GET /servers/{server_id}',
    )


class InstanceActions:
    """Policies of the actions of a server and of the details they show."""

    _ROOT = 'os-instance-actions'

    _PATH = '/servers/{server_id}/os-instance-actions'
    _SHOW = f'GET {_PATH}/{{request_id}}'

    LIST = base.rule(
        f'{_ROOT}:list',
        base.PROJECT_READER_OR_ADMIN,
        'List the actions of a server.',
        f'GET {_PATH}',
    )
    SHOW = base.rule(
        f'{_ROOT}:show',
        base.PROJECT_READER_OR_ADMIN,
        'Show an action of a server.',
        _SHOW,
    )
    EVENTS = base.rule(
        f'{_ROOT}:events',
        base.ADMIN,
        'See the traceback of the events of an action, and from '
        'microversion 2.62 their host. Before microversion 2.51 it takes '
        'this rule to see the events at all.',
        _SHOW,
    )
    DETAILS = base.rule(
        f'{_ROOT}:events:details',
        base.ADMIN,
        'See the details of the events of an action, which exist from '
        'microversion 2.84: why a step failed, in one line.',
        _SHOW,
    )


class Keypairs:
    """Policies of the keys of users."""

    _ROOT = 'os-keypairs'

    INDEX = base.rule(
        f'{_ROOT}:index',
        base.ADMIN_OR_USER,
        'List the keys of a user.',
        'GET /os-keypairs',
    )
    SHOW = base.rule(
        f'{_ROOT}:show',
        base.ADMIN_OR_USER,
        'Show a key of a user.',
        'GET /os-keypairs/{keypair_name}',
    )
    CREATE = base.rule(
        f'{_ROOT}:create',
        base.ADMIN_OR_USER,
        'Import or generate a key for a user.',
        'POST /os-keypairs',
    )
    DELETE = base.rule(
        f'{_ROOT}:delete',
        base.ADMIN_OR_USER,
        'Delete a key of a user.',
        'DELETE /os-keypairs/{keypair_name}',
    )


class Migrations:
    """Policies of the list of migrations."""

    _ROOT = 'os-migrations'

    _PATH = 'GET /os-migrations'

    INDEX = base.rule(
        f'{_ROOT}:index',
        base.PROJECT_MANAGER_OR_ADMIN,
        'List migrations.',
        _PATH,
    )
    INDEX_ALL_PROJECTS = base.rule(
        f'{_ROOT}:index:all_projects',
        base.ADMIN,
        'List migrations without naming the own project in project_id.',
        _PATH,
    )
    INDEX_HOST = base.rule(
        f'{_ROOT}:index:host',
        base.ADMIN,
        'See the hosts and nodes of listed migrations.',
        _PATH,
    )


class ServerMigrations:
    """Policies of the live migrations of a server."""

    _ROOT = 'servers:migrations'

    _INDEX_PATH = '/servers/{server_id}/migrations'
    _SHOW_PATH = '/servers/{server_id}/migrations/{migration_id}'

    INDEX = base.rule(
        f'{_ROOT}:index',
        base.PROJECT_MANAGER_OR_ADMIN,
        'List the live migrations of a server that are in progress.',
        f'GET {_INDEX_PATH}',
    )
    INDEX_HOST = base.rule(
        f'{_ROOT}:index:host',
        base.ADMIN,
        'See the hosts and nodes of listed live migrations.',
        f'GET {_INDEX_PATH}',
    )
    SHOW = base.rule(
        f'{_ROOT}:show',
        base.ADMIN,
        'Show a live migration that is in progress.',
        f'GET {_SHOW_PATH}',
    )
    FORCE_COMPLETE = base.rule(
        f'{_ROOT}:force_complete',
        base.PROJECT_MANAGER_OR_ADMIN,
        'Force a running live migration to complete.',
        f'POST {_SHOW_PATH}/action (force_complete)',
    )
    DELETE = base.rule(
        f'{_ROOT}:delete',
        base.PROJECT_MANAGER_OR_ADMIN,
        'Abort a live migration.',
        f'DELETE {_SHOW_PATH}',
    )


class ServerTasks:
    """Policies of the tasks of a server or of a tag."""

    _ROOT = 'os-server-tasks'

    _LISTS = ('GET /servers/{server_id}/tasks', 'GET /os-server-tasks')
    _ONES = tuple(f'{path}/{{task_id}}' for path in _LISTS)

    INDEX = base.rule(
        f'{_ROOT}:index',
        base.PROJECT_READER_OR_ADMIN,
        'List the tasks of a server, those with a tag, or those of a project.',
        *_LISTS,
    )
    INDEX_ALL_TENANTS = base.rule(
        f'{_ROOT}:index:all_tenants',
        base.ADMIN,
        'List the tasks of all projects.',
        *_LISTS,
    )
    SHOW = base.rule(
        f'{_ROOT}:show', base.PROJECT_READER_OR_ADMIN, 'Show a task.', *_ONES
    )
    SHOW_ALL_TENANTS = base.rule(
        f'{_ROOT}:show:all_tenants',
        base.ADMIN,
        'Show a task of any project.',
        *_ONES,
    )


class Services:
    """Policies of services."""

    _ROOT = 'os-services'

    LIST = base.rule(
        f'{_ROOT}:list', base.ADMIN, 'List the services.', 'GET /os-services'
    )
    UPDATE = base.rule(
        f'{_ROOT}:update',
        base.ADMIN,
        'Enable and disable a service, or force it down.',
        'PUT /os-services/enable',
        'PUT /os-services/disable',
        'PUT /os-services/disable-log-reason',
        'PUT /os-services/force-down',
        'PUT /os-services/{service_id}',
    )
    DELETE = base.rule(
        f'{_ROOT}:delete',
        base.ADMIN,
        'Delete a service.',
        'DELETE /os-services/{service_id}',
    )


def list_rules(root: str = '') -> list[policy.RuleDefault]:
    """Return every rule, for the enforcer and for oslo.policy's tools.

    :param root: beginning of the names of wanted rules of requests
    """
    return [
        *base.ROLES,
        *(rule for rule in base.RULES if rule.name.startswith(root)),
    ]


def get_enforcer() -> policy.Enforcer:
    """Return an enforcer with the rules, for oslo.policy's tools."""
    conf = cfg.ConfigOpts()
    conf([], project='nova-ext')
    enforcer = policy.Enforcer(conf)
    enforcer.register_defaults(list_rules())
    return enforcer
