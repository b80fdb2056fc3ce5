# SPDX-License-Identifier: Apache-2.0
"""Updates of a server and its migration that depend on the task state."""

from collections.abc import Sequence
import logging
from typing import Any

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration

LOG = logging.getLogger(__name__)

#: Task states of which the server must have one; None for any.
States = Sequence[str | None] | None


def load_instance(context: RequestContext, uuid: str) -> Instance:
    """Return the server as it is now.

    :raises InstanceNotFound: when it was deleted
    """
    return Instance.get_by_uuid(context.elevated(), uuid)


def check(instance: Instance, states: States) -> None:
    """Refuse a server in another task state.

    :raises UnexpectedTaskStateError: when it is in another one
    """
    if states is not None and instance.task_state not in states:
        raise exception.UnexpectedTaskStateError(
            instance_uuid=instance.uuid,
            expected=', '.join(str(state) for state in states),
            actual=instance.task_state,
        )


def update_instance(
    context: RequestContext, uuid: str, states: States, **values: Any
) -> None:
    """Change a server if it is in one of ``states``."""
    try:
        instance = load_instance(context, uuid)
        for name, value in values.items():
            setattr(instance, name, value)
        instance.save(expected_task_state=states)
    except exception.InstanceNotFound:
        LOG.info('Instance %s is deleted, not updated', uuid)
    except exception.UnexpectedTaskStateError as error:
        LOG.info('Instance %s is not updated: %s', uuid, error)


def set_status(migration: Migration, status: str) -> None:
    """Store a status of a migration, and what else has changed of it."""
    migration.status = status
    migration.save()


def end_migration(migration: Migration, status: str) -> None:
    """Record the last status of a migration."""
    try:
        set_status(migration, status)
    except exception.MigrationNotFound:
        LOG.info(
            'Instance %s: migration %s was deleted with it',
            migration.instance_uuid,
            migration.id,
        )
