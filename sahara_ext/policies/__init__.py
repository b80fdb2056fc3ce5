# SPDX-License-Identifier: Apache-2.0
"""Policies in code: who may do what, one file per noun."""

import itertools

from oslo_config import cfg
from oslo_policy import policy

from sahara_ext.policies import base
from sahara_ext.policies import cluster_progress
from sahara_ext.policies import cluster_templates
from sahara_ext.policies import clusters
from sahara_ext.policies import images
from sahara_ext.policies import node_group_templates
from sahara_ext.policies import plugins


def list_rules() -> list[policy.RuleDefault]:
    """Return every rule, for the enforcer and for oslo.policy's tools."""
    return list(
        itertools.chain(
            base.list_rules(),
            cluster_progress.list_rules(),
            cluster_templates.list_rules(),
            clusters.list_rules(),
            images.list_rules(),
            node_group_templates.list_rules(),
            plugins.list_rules(),
        )
    )


def get_enforcer() -> policy.Enforcer:
    """Return an enforcer with the rules, for oslo.policy's tools."""
    conf = cfg.ConfigOpts()
    conf([], project='sahara-ext')
    enforcer = policy.Enforcer(conf)
    enforcer.register_defaults(list_rules())
    return enforcer
