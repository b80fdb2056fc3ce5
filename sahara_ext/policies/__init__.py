# SPDX-License-Identifier: Apache-2.0
"""Policies in code: who may do what, a class or an object a resource."""

from oslo_config import cfg
from oslo_policy import policy

from sahara_ext.policies import base
from sahara_ext.policies.base import action


class ClusterProgress:
    """Policies of the progress of clusters."""

    INDEX = action(
        'clusters:progress',
        'cluster:progress',
        'List the events of a step of a cluster.',
        'GET /clusters/{cluster_id}/progress',
    )
    TRACEBACK = action(
        'clusters:progress:traceback',
        'cluster:progress:traceback',
        'Read the traceback of a failure in ``event_info``. Those who see the '
        'cluster read the reason and the id of the error. What the rule is '
        'checked on is the project of the cluster.',
        'GET /clusters/{cluster_id}/progress',
        'GET /clusters/{cluster_id}',
        check=base.ADMIN,
    )


class Clusters:
    """Policies of clusters."""

    _ONE = '/clusters/{cluster_id}'

    LIST = action(
        'clusters:get_all', 'cluster:list', 'List clusters.', 'GET /clusters'
    )
    CREATE = action(
        'clusters:create',
        'cluster:create',
        'Create clusters.',
        'POST /clusters',
    )
    SHOW = action(
        'clusters:get',
        'cluster:get',
        'Show a cluster, or only how far the work on it is.',
        f'GET {_ONE}',
        f'GET {_ONE}/provisioning',
    )
    SCALE = action(
        'clusters:scale', 'cluster:scale', 'Scale a cluster.', f'PUT {_ONE}'
    )
    UPDATE = action(
        'clusters:modify',
        'cluster:update',
        'Rename, describe, publish or protect a cluster.',
        f'PATCH {_ONE}',
    )
    DELETE = action(
        'clusters:delete',
        'cluster:delete',
        'Delete a cluster.',
        f'DELETE {_ONE}',
    )


class Templates:
    """Policies of one kind of templates.

    :param name: of one of them in the names of rules and in URLs
    :param noun: the same in descriptions
    """

    def __init__(self, name: str, noun: str) -> None:
        every = f'/{name}s'
        one = f'{every}/{{{name.replace("-", "_")}_id}}'
        self.LIST = action(
            f'{name}s:get_all',
            f'{name}:list',
            f'List {noun}s.',
            f'GET {every}',
        )
        self.CREATE = action(
            f'{name}s:create',
            f'{name}:create',
            f'Create a {noun}.',
            f'POST {every}',
        )
        self.SHOW = action(
            f'{name}s:get',
            f'{name}:get',
            f'Show or export a {noun}.',
            f'GET {one}',
            f'GET {one}/export',
        )
        self.UPDATE = action(
            f'{name}s:modify',
            f'{name}:update',
            f'Change a {noun}.',
            f'PUT {one}',
            requests_v2=(f'PATCH {one}',),
        )
        self.DELETE = action(
            f'{name}s:delete',
            f'{name}:delete',
            f'Delete a {noun}.',
            f'DELETE {one}',
        )


CLUSTER_TEMPLATES = Templates('cluster-template', 'cluster template')
NODE_GROUP_TEMPLATES = Templates('node-group-template', 'node group template')


class Images:
    """Policies of the images clusters can be made from."""

    _ONE = '/images/{image_id}'

    LIST = action(
        'images:get_all',
        'image:list',
        'List registered images.',
        'GET /images',
    )
    SHOW = action(
        'images:get', 'image:get', 'Show a registered image.', f'GET {_ONE}'
    )
    REGISTER = action(
        'images:register',
        'image:register',
        'Register an image.',
        f'POST {_ONE}',
    )
    UNREGISTER = action(
        'images:unregister',
        'image:unregister',
        'Unregister an image.',
        f'DELETE {_ONE}',
    )
    ADD_TAGS = action(
        'images:add_tags', None, 'Tag an image.', f'POST {_ONE}/tag'
    )
    REMOVE_TAGS = action(
        'images:remove_tags',
        None,
        'Remove tags of an image.',
        f'POST {_ONE}/untag',
    )
    GET_TAGS = action(
        None,
        'image:get-tags',
        'List the tags of an image.',
        f'GET {_ONE}/tags',
    )
    SET_TAGS = action(
        None,
        'image:set-tags',
        'Replace the tags of an image.',
        f'PUT {_ONE}/tags',
    )
    CLEAR_TAGS = action(
        None,
        'image:remove-tags',
        'Remove all tags of an image.',
        f'DELETE {_ONE}/tags',
    )


class Plugins:
    """Policies of the kinds of clusters."""

    LIST = action(
        'plugins:get_all', 'plugin:list', 'List plugins.', 'GET /plugins'
    )
    SHOW = action(
        'plugins:get',
        'plugin:get',
        'Show a plugin.',
        'GET /plugins/{plugin_name}',
    )
    SHOW_VERSION = action(
        'plugins:get_version',
        'plugin:get-version',
        'Show what clusters of a version of a plugin are made of.',
        'GET /plugins/{plugin_name}/{version}',
    )


_RESOURCES = (
    ClusterProgress,
    CLUSTER_TEMPLATES,
    Clusters,
    Images,
    NODE_GROUP_TEMPLATES,
    Plugins,
)


def list_rules() -> list[policy.RuleDefault]:
    """Return every rule, for the enforcer and for oslo.policy's tools."""
    return [
        base.CONTEXT_IS_ADMIN,
        *(
            rule
            for resource in _RESOURCES
            for each in vars(resource).values()
            if isinstance(each, base.Action)
            for rule in each.rules
        ),
    ]


def get_enforcer() -> policy.Enforcer:
    """Return an enforcer with the rules, for oslo.policy's tools."""
    conf = cfg.ConfigOpts()
    conf([], project='sahara-ext')
    enforcer = policy.Enforcer(conf)
    enforcer.register_defaults(list_rules())
    return enforcer
