# SPDX-License-Identifier: Apache-2.0
"""Policies in code, one file per noun."""

import itertools

from oslo_config import cfg
from oslo_policy import policy

from nova_ext.policies import base
from nova_ext.policies import extensions
from nova_ext.policies import flavors
from nova_ext.policies import instance_actions
from nova_ext.policies import migrations
from nova_ext.policies import server_actions
from nova_ext.policies import server_migrations
from nova_ext.policies import server_tasks
from nova_ext.policies import servers
from nova_ext.policies import services


def list_rules() -> list[policy.RuleDefault]:
    """Return every rule, for the enforcer and for oslo.policy's tools."""
    return list(
        itertools.chain(
            base.list_rules(),
            extensions.list_rules(),
            flavors.list_rules(),
            instance_actions.list_rules(),
            migrations.list_rules(),
            server_actions.list_rules(),
            server_migrations.list_rules(),
            server_tasks.list_rules(),
            servers.list_rules(),
            services.list_rules(),
        )
    )


def get_enforcer() -> policy.Enforcer:
    """Return an enforcer with the rules, for oslo.policy's tools."""
    conf = cfg.ConfigOpts()
    conf([], project='nova-ext')
    enforcer = policy.Enforcer(conf)
    enforcer.register_defaults(list_rules())
    return enforcer
