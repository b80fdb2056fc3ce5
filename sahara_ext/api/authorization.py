# SPDX-License-Identifier: Apache-2.0
"""Authorization of the caller, by the rule of the version spoken."""

from ext_lib import exception
from ext_lib.wsgi import request
from sahara_ext.api import microversions
from sahara_ext.objects.cluster import Cluster
from sahara_ext.policies import base


def authorize(req: request.Request, action: base.Action) -> None:
    """Let only those pass who may do ``action`` in their own project.

    :raises PolicyNotAuthorized: for all others
    """
    target = {
        'project_id': req.context.project_id,
        'user_id': req.context.user_id,
    }
    req.context.can(_rule(req, action), target)


def is_permitted(
    req: request.Request, action: base.Action, cluster: Cluster
) -> bool:
    """Return whether the caller may do ``action`` on a cluster they see."""
    target = {'project_id': cluster.project_id, 'user_id': cluster.user_id}
    return req.context.can(_rule(req, action), target, fatal=False)


def _rule(req: request.Request, action: base.Action) -> str:
    rule = action.v2 if microversions.is_v2(req) else action.v1
    if rule is None:
        raise exception.Forbidden()
    return rule
