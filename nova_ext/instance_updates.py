# SPDX-License-Identifier: Apache-2.0
"""Changes of a server that depend on what is being done to it."""

from collections.abc import Sequence
import logging
from typing import Any

from ext_lib.context import RequestContext
from nova_ext import exception
from nova_ext.objects.instance import Instance
from nova_ext.objects.migration import Migration

LOG = logging.getLogger(__name__)

#: Task states of which any will do; None for whatever there may be.
States = Sequence[str | None] | None


def load_instance(context: RequestContext, uuid: str) -> Instance:
    """Return the server as it is now.

    :raises InstanceNotFound: when it was deleted
    """
    return Instance.get_by_uuid(context.elevated(), uuid)


def check(instance: Instance, states: States) -> None:
    """Make sure that nothing else is being done to the server.

    :raises UnexpectedTaskStateError: when something is
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
    """Change a server that is in one of ``states``; else leave it alone."""
    try:
        instance = load_instance(context, uuid)
        for name, value in values.items():
            setattr(instance, name, value)
        instance.save(expected_task_state=states)
    except exception.InstanceNotFound:
        LOG.info('Instance %s is gone', uuid)
    except exception.UnexpectedTaskStateError as error:
        LOG.info('Something else is being done by now: %s', error)


def end_migration(migration: Migration, status: str) -> None:
    """Record that nothing more will come of a migration."""
    try:
        migration.status = status
        migration.save()
    except exception.MigrationNotFound:
        LOG.info('Migration %s went with its server', migration.id)
