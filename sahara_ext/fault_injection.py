# SPDX-License-Identifier: Apache-2.0
"""Failures and delays that a cluster asks for, as examples.

The ``fake`` section of ``cluster_configs`` asks: ``fail_step`` names a step,
``fail_instances`` says how many instances fail in it, the first ones that go
through it, and ``seconds`` how long the last instance takes in each step. The
others are done before, one after the other, as they are in a real cloud. One
of the first two is enough for one instance to fail, or for some to fail in
DEFAULT_STEP.
"""

from collections.abc import Callable, Mapping
import dataclasses
import time
from typing import Any

from sahara_ext import exception
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance

SECTION = 'fake'
FAIL_STEP = 'fail_step'
FAIL_INSTANCES = 'fail_instances'
SECONDS = 'seconds'

#: The first step of a new cluster that is the same in every cloud.
DEFAULT_STEP = 'Configuring instances'

#: How long to wait without asking whether to continue, in seconds.
_NAP = 0.5


@dataclasses.dataclass(frozen=True)
class FaultPlan:
    """The failures and delays that a cluster asks for.

    :param fail_step: None for nothing to fail
    :param seconds: the last instance takes in each step
    """

    fail_step: str | None = None
    fail_instances: int = 0
    seconds: float = 0.0

    @classmethod
    def of(cls, cluster: Cluster) -> 'FaultPlan':
        """Return the plan that ``cluster`` asks for.

        :raises InvalidConfiguration: when that makes no sense
        """
        asked = (cluster.cluster_configs or {}).get(SECTION) or {}
        _check(asked)
        fails = FAIL_STEP in asked or FAIL_INSTANCES in asked
        return cls(
            asked.get(FAIL_STEP, DEFAULT_STEP) if fails else None,
            asked.get(FAIL_INSTANCES, 1) if fails else 0,
            float(asked.get(SECONDS, 0)),
        )

    def inject(
        self,
        cluster: Cluster,
        instance: ClusterInstance,
        step_name: str,
        checkpoint: Callable[[], None],
    ) -> None:
        """Take the time, then fail if it is the turn of ``instance``.

        :param checkpoint: is called while waiting; what it raises ends that
        :raises FailedOnPurpose: when ``instance`` is one of those to fail
        """
        if self.seconds:
            share = _share(cluster, instance)
            _wait(self.seconds * share, checkpoint)
        if step_name == self.fail_step and self._is_chosen(cluster, instance):
            raise exception.FailedOnPurpose(
                instance_name=instance.instance_name, step_name=step_name
            )

    def _is_chosen(self, cluster: Cluster, instance: ClusterInstance) -> bool:
        chosen = _peers(cluster, instance)[: self.fail_instances]
        return instance.id in chosen


def _peers(cluster: Cluster, instance: ClusterInstance) -> list[str]:
    """Return the ids of those that go through a step with an instance.

    They are in the same state.
    """
    return [peer.id for peer in cluster.instances(instance.state)]


def _share(cluster: Cluster, instance: ClusterInstance) -> float:
    """Return after which part of the time of a step an instance is done.

    That is all of it for the last one, so that counts grow one by one
    though all are worked on at the same time.
    """
    peers = _peers(cluster, instance)
    if instance.id not in peers:
        return 1.0
    return (1 + peers.index(instance.id)) / len(peers)


def _check(asked: Mapping[str, Any]) -> None:
    kinds: dict[str, Callable[[Any], bool]] = {
        FAIL_STEP: lambda value: isinstance(value, str),
        FAIL_INSTANCES: lambda value: _is_number(value, int),
        SECONDS: lambda value: _is_number(value, (int, float)),
    }
    for name, value in asked.items():
        if name not in kinds or not kinds[name](value):
            raise exception.InvalidConfiguration(
                f'{SECTION}: {name} cannot be {value!r}.'
            )


def _is_number(value: Any, kind: Any) -> bool:
    number = isinstance(value, kind) and not isinstance(value, bool)
    return number and 0 <= value < float('inf')


def _wait(seconds: float, checkpoint: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        checkpoint()
        time.sleep(min(left, _NAP))
