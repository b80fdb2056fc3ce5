# SPDX-License-Identifier: Apache-2.0
"""Whether the caller may do a thing, by the rule of the version spoken."""

from ext_lib import exception
from ext_lib.wsgi import request
from sahara_ext.api import microversions
from sahara_ext.policies import base


def authorize(req: request.Request, action: base.Action) -> None:
    """Let only those pass who may do ``action`` in their own project.

    :raises PolicyNotAuthorized: for everybody else
    """
    rule = action.v2 if microversions.is_v2(req) else action.v1
    if rule is None:
        raise exception.Forbidden()
    target = {
        'project_id': req.context.project_id,
        'user_id': req.context.user_id,
    }
    req.context.can(rule, target)
