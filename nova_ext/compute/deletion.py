# SPDX-License-Identifier: Apache-2.0
"""The end of a server, whether or not its host can do anything for it."""

import logging

from oslo_utils import timeutils

from ext_lib.context import RequestContext
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.transaction import transactional

LOG = logging.getLogger(__name__)


@transactional
def delete_locally(
    context: RequestContext, uuid: str, expected_host: str | None
) -> bool:
    """Delete a server without its host; record the action.

    :param expected_host: where the caller believes the server to be
    :returns: False, and nothing happened, when it is elsewhere by now
    :raises InstanceNotFound: when it is gone already
    :raises UnexpectedTaskStateError: when something happened meanwhile
    """
    instance = Instance.get_by_uuid(context, uuid)
    if instance.host != expected_host:
        return False
    task_state = instance.task_state
    instance.vm_state = VMState.DELETED
    instance.task_state = None
    instance.power_state = PowerState.NOSTATE
    instance.terminated_at = timeutils.utcnow()
    # A host that takes the server in this moment changes the task.
    instance.save(expected_task_state=[task_state])
    InstanceAction.action_start(
        context, uuid, ActionName.DELETE, want_result=False
    )
    instance.destroy()
    return True
