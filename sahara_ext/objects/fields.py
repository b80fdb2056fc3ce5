# SPDX-License-Identifier: Apache-2.0
"""Statuses, types and states of clusters, and fields of any JSON.

The statuses are those of the data processing API.
"""

import json
from typing import Any, Final

from oslo_versionedobjects import base
from oslo_versionedobjects import fields


class ClusterStatus:
    """The status of a cluster."""

    VALIDATING: Final = 'Validating'
    INFRA_UPDATING: Final = 'InfraUpdating'
    SPAWNING: Final = 'Spawning'
    WAITING: Final = 'Waiting'
    PREPARING: Final = 'Preparing'
    CONFIGURING: Final = 'Configuring'
    STARTING: Final = 'Starting'
    ACTIVE: Final = 'Active'
    DECOMMISSIONING: Final = 'Decommissioning'
    SCALING: Final = 'Scaling'
    SCALING_SPAWNING: Final = 'Scaling: Spawning'
    SCALING_WAITING: Final = 'Scaling: Waiting'
    SCALING_PREPARING: Final = 'Scaling: Preparing'
    ROLLBACK_SPAWNING: Final = 'Rollback: Spawning'
    ROLLBACK_WAITING: Final = 'Rollback: Waiting'
    ROLLBACK_PREPARING: Final = 'Rollback: Preparing'
    ERROR: Final = 'Error'
    DELETING: Final = 'Deleting'
    AWAITING_TERMINATION: Final = 'AwaitingTermination'

    ALL: Final = (
        VALIDATING, INFRA_UPDATING, SPAWNING, WAITING, PREPARING, CONFIGURING,
        STARTING, ACTIVE, DECOMMISSIONING, SCALING, SCALING_SPAWNING,
        SCALING_WAITING, SCALING_PREPARING, ROLLBACK_SPAWNING,
        ROLLBACK_WAITING, ROLLBACK_PREPARING, ERROR, DELETING,
        AWAITING_TERMINATION,
    )  # fmt: skip


class StepType:
    """The type of an operation, and of its steps."""

    CREATING: Final = 'creating'
    SCALING: Final = 'scaling'
    DELETING: Final = 'deleting'

    ALL: Final = (CREATING, SCALING, DELETING)


class InstanceState:
    """The state of an instance in its cluster."""

    #: Yet to come: part of it once the operation succeeds.
    PLANNED: Final = 'planned'
    ACTIVE: Final = 'active'
    #: About to go.
    REMOVING: Final = 'removing'

    ALL: Final = (PLANNED, ACTIVE, REMOVING)


class StepTypeField(fields.BaseEnumField):
    """One of StepType."""

    AUTO_TYPE = fields.Enum(valid_values=StepType.ALL)


class InstanceStateField(fields.BaseEnumField):
    """One of InstanceState."""

    AUTO_TYPE = fields.Enum(valid_values=InstanceState.ALL)


class _Json(fields.FieldType[Any]):
    """Anything JSON has, of one kind at the top."""

    kind: type

    def coerce(
        self, obj: base.VersionedObject | None, attr: str, value: Any
    ) -> Any:
        """Return ``value``.

        :raises ValueError: when it is of another kind
        """
        if not isinstance(value, self.kind):
            raise ValueError(f'{attr} has to be a {self.kind.__name__}')
        return value

    def stringify(self, value: Any) -> str:
        """Return ``value`` as JSON."""
        return json.dumps(value)


class JsonDict(_Json):
    """Any JSON object."""

    kind = dict


class JsonList(_Json):
    """Any JSON array."""

    kind = list


class JsonDictField(fields.AutoTypedField[dict[str, Any]]):
    """Any JSON object."""

    AUTO_TYPE = JsonDict()


class JsonListField(fields.AutoTypedField[list[Any]]):
    """Any JSON array."""

    AUTO_TYPE = JsonList()
