# SPDX-License-Identifier: Apache-2.0
"""Tasks, as answers show them."""

from collections.abc import Sequence
from typing import Any

from ext_lib import masking
from ext_lib.wsgi import links as ext_links
from ext_lib.wsgi import request
from ext_lib.wsgi import timestamps
from nova_ext.objects.task import Task

_PLAIN = (
    'uuid', 'task', 'state', 'request_id', 'user_id', 'project_id', 'tag',
    'code', 'message',
)  # fmt: skip


def show(
    req: request.Request,
    links: ext_links.Links,
    path: Sequence[str],
    task: Task,
) -> dict[str, Any]:
    """Return a task.

    :param path: of the tasks that are looked at
    """
    shown: dict[str, Any] = {name: getattr(task, name) for name in _PLAIN}
    if task.message:
        # During an upgrade, processes of an earlier release store secrets.
        shown['message'] = masking.mask_text(task.message)
    shown['resource'] = {}
    if task.instance_uuid:
        shown['resource']['server'] = task.instance_uuid
    shown['start_time'] = timestamps.zulu(task.created_at)
    shown['last_updated'] = timestamps.zulu(task.updated_at)
    if task.instance_uuids:
        shown['servers'] = list(task.instance_uuids)
    shown['links'] = links.resource(req, *path, task.uuid)
    return shown
