# SPDX-License-Identifier: Apache-2.0
"""Authorization of the caller, by policies, ownership and protection."""

from collections.abc import Mapping
from typing import Any

from ext_lib import exception
from ext_lib.wsgi import request
from sahara_ext.api import microversions
from sahara_ext.engine import validation
from sahara_ext.objects.cluster import Cluster
from sahara_ext.policies.base import Action

_FOREIGN = 'it belongs to another project'
_PROTECTED = 'it is protected'


def authorize(req: request.Request, action: Action) -> None:
    """Let only those pass who may do ``action`` in their own project.

    :raises PolicyNotAuthorized: for all others
    """
    target = {
        'project_id': req.context.project_id,
        'user_id': req.context.user_id,
    }
    req.context.can(_rule(req, action), target)


def is_permitted(
    req: request.Request, action: Action, cluster: Cluster
) -> bool:
    """Return whether the caller may do ``action`` on a cluster they see."""
    target = {'project_id': cluster.project_id, 'user_id': cluster.user_id}
    return req.context.can(_rule(req, action), target, fatal=False)


def _rule(req: request.Request, action: Action) -> str:
    rule = action.v2 if microversions.is_v2(req) else action.v1
    if rule is None:
        raise exception.Forbidden()
    return rule


class DeletionRefused(exception.Invalid):
    """Something is to stay."""

    code = 'DELETION_FAILED'
    msg_fmt = '%(id)s could not be deleted because %(why)s'


class UpdateRefused(exception.Invalid):
    """Something is to stay as it is."""

    code = 'UPDATE_FAILED'
    msg_fmt = '%(id)s could not be updated because %(why)s'


def check_deletion(req: request.Request, thing: Any) -> None:
    """Refuse to delete what is another project's, or protected.

    :raises DeletionRefused: when it is
    """
    if thing.project_id != req.context.project_id:
        raise DeletionRefused(id=thing.id, why=_FOREIGN)
    if thing.is_protected:
        raise DeletionRefused(id=thing.id, why=_PROTECTED)


def check_update(
    req: request.Request, thing: Any, changes: Mapping[str, Any] | None = None
) -> None:
    """Refuse to change what is another project's, or protected.

    What may change of something protected is for
    :func:`sahara_ext.engine.validation.may_change` to say.

    :param changes: values of fields; None for anything else
    :raises UpdateRefused: when it is
    """
    if thing.project_id != req.context.project_id:
        raise UpdateRefused(id=thing.id, why=_FOREIGN)
    if not thing.is_protected:
        return
    if changes is None or not validation.may_change(thing, changes):
        raise UpdateRefused(id=thing.id, why=_PROTECTED)
