# SPDX-License-Identifier: Apache-2.0
"""Settings of a Spark cluster, checked and completed."""

from collections.abc import Mapping, Sequence
import dataclasses
import re
from typing import Any

from sahara_ext import exception
from sahara_ext.infra.flavors import Flavor
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.node_group import NodeGroup
from sahara_ext.plugins.base import Config

SERVICE = 'Spark'
#: The section of keys for ``spark-defaults.conf``.
DEFAULTS = 'spark-defaults'
MASTER = 'master'
WORKER = 'worker'

WORKER_MEMORY = 'Worker memory'
WORKER_CORES = 'Worker cores'
DAEMON_MEMORY = 'Daemon memory'
MASTER_PORT = 'Master port'
MASTER_WEB_PORT = 'Master webui port'
WORKER_PORT = 'Worker port'
WORKER_WEB_PORT = 'Worker webui port'
EXECUTOR_MEMORY = 'spark.executor.memory'

#: Settings of a cluster that a node group can override.
_OF_NODES = (WORKER_MEMORY, WORKER_CORES, DAEMON_MEMORY)
_PORTS: Mapping[str, int] = {
    MASTER_PORT: 7077,
    MASTER_WEB_PORT: 8080,
    WORKER_PORT: 7078,
    WORKER_WEB_PORT: 8081,
}
#: In MiB.
_DAEMON_MEMORY = 512
#: Least memory of an executor, in MiB.
_LEAST_MEMORY = 512
#: What an executor has unless users say otherwise, in MiB.
_EXECUTOR_MEMORY = 1024
_LEAST_DAEMON_MEMORY = 64
_PORT_RANGE = range(1024, 65536)

_KEY = re.compile(r'spark(\.[\w-]+)+', re.ASCII)
#: More digits are no size that a machine can have.
_SIZE = re.compile(r'(\d{1,12})([kmgt]?)b?', re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r'\d{1,9}', re.ASCII)
#: In MiB; a number without a unit is in MiB already.
_UNITS = {'k': 1 / 1024, '': 1, 'm': 1, 'g': 1024, 't': 1024 * 1024}
#: Keys that only the plugin sets.
_OWN = ('spark.master',)


def configs() -> list[Config]:
    """Return what users may set by name."""
    return [
        _number(
            WORKER_MEMORY,
            None,
            'The memory that a worker has for executors, in MiB. The default '
            'is what its flavor leaves.',
        ),
        _number(
            WORKER_CORES,
            None,
            'The cores that a worker has for executors. The default is the '
            'number of its flavor.',
        ),
        _number(
            DAEMON_MEMORY,
            _DAEMON_MEMORY,
            'The memory that the master, and each worker, has for itself, in '
            'MiB.',
        ),
        *(
            _number(name, port, 'A port that the process listens on.')
            for name, port in _PORTS.items()
        ),
        Config(
            EXECUTOR_MEMORY,
            DEFAULTS,
            description='The memory of an executor, such as 512m. Any other '
            'key of spark-defaults.conf may stand in this section, too.',
            priority=1,
        ),
    ]


def _number(name: str, default: int | None, description: str) -> Config:
    return Config(
        name,
        SERVICE,
        config_type='int',
        default_value=default,
        description=description,
        priority=2 if name in _PORTS else 1,
    )


def accepts(target: str, name: str) -> bool:
    """Return whether this is a key that ``spark-defaults.conf`` may have."""
    return target == DEFAULTS and bool(_KEY.fullmatch(name))


@dataclasses.dataclass(frozen=True)
class Ports:
    """The ports that processes of a cluster listen on."""

    master: int
    master_web: int
    worker: int
    worker_web: int

    @classmethod
    def of(cls, cluster: Cluster) -> 'Ports':
        """Return those of a cluster.

        :raises InvalidConfiguration: when one cannot be, or two are the same
        """
        asked = (cluster.cluster_configs or {}).get(SERVICE) or {}
        found = [
            _whole(name, asked.get(name, default), _PORT_RANGE)
            for name, default in _PORTS.items()
        ]
        if len(set(found)) < len(found):
            raise exception.InvalidConfiguration(
                'The ports of Spark have to differ from one another.'
            )
        return cls(*found)


@dataclasses.dataclass(frozen=True)
class NodeSettings:
    """The settings of the instances of one node group.

    :param worker_memory: for executors, in MiB
    :param daemon_memory: in MiB
    :param defaults: for ``spark-defaults.conf``
    """

    worker_memory: int
    worker_cores: int
    daemon_memory: int
    defaults: Mapping[str, str]

    @classmethod
    def of(
        cls, cluster: Cluster, group: NodeGroup, flavor: Flavor
    ) -> 'NodeSettings':
        """Return those of a node group.

        :raises InvalidConfiguration: when they cannot be, or the flavor has
            too little memory
        """
        asked = _merged(cluster, group, SERVICE)
        daemon = _whole(
            DAEMON_MEMORY,
            asked.get(DAEMON_MEMORY, _DAEMON_MEMORY),
            range(_LEAST_DAEMON_MEMORY, flavor.ram + 1),
            flavor,
        )
        rest = flavor.ram - daemon * len(set(group.node_processes))
        is_worker = WORKER in group.node_processes
        if rest < (_LEAST_MEMORY if is_worker else 0):
            raise exception.InvalidConfiguration(_too_small(group, flavor))
        room = range(_LEAST_MEMORY, rest + 1) if is_worker else None
        memory = _whole(
            WORKER_MEMORY, asked.get(WORKER_MEMORY, rest), room, flavor
        )
        cores = asked.get(WORKER_CORES, flavor.vcpus)
        return cls(
            memory,
            _whole(WORKER_CORES, cores, range(1, 4097)),
            daemon,
            _defaults(cluster, group, memory if is_worker else None),
        )


def _merged(cluster: Cluster, group: NodeGroup, target: str) -> dict[str, Any]:
    own = (group.node_configs or {}).get(target) or {}
    if target == SERVICE:
        for name in own:
            if name not in _OF_NODES:
                raise exception.InvalidConfiguration(
                    f'{SERVICE}: {name} is the same for a whole cluster; node '
                    f'group {group.name} cannot override it.'
                )
    return {**((cluster.cluster_configs or {}).get(target) or {}), **own}


def _whole(
    name: str,
    value: Any,
    permitted: range | None,
    flavor: Flavor | None = None,
) -> int:
    """Return a number.

    :param permitted: None for any
    :param flavor: whose memory is the limit
    :raises InvalidConfiguration: when it is none, or another one
    """
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value, is_number = int(value), True
    if not is_number:
        raise exception.InvalidConfiguration(
            f'{SERVICE}: {name} has to be a whole number, not {value!r}.'
        )
    if permitted is not None and value not in permitted:
        where = (
            f' in flavor {flavor.name} ({flavor.ram} MiB)' if flavor else ''
        )
        raise exception.InvalidConfiguration(
            f'{SERVICE}: {name} can be from {permitted[0]} to '
            f'{permitted[-1]}{where}, not {value}.'
        )
    return int(value)


def _too_small(group: NodeGroup, flavor: Flavor) -> str:
    return (
        f'Flavor {flavor.name} ({flavor.ram} MiB) is too small for node group '
        f'{group.name}: each process needs the {DAEMON_MEMORY}, and a worker '
        f'{_LEAST_MEMORY} MiB more for executors.'
    )


def _defaults(
    cluster: Cluster, group: NodeGroup, memory: int | None
) -> dict[str, str]:
    """Return what stands in ``spark-defaults.conf``.

    :param memory: of a worker, in MiB; None where there is none
    :raises InvalidConfiguration: when a value cannot stand there, or no
        executor would fit
    """
    found = {}
    for name, value in _merged(cluster, group, DEFAULTS).items():
        found[name] = _value(name, value)
    if memory is not None and EXECUTOR_MEMORY in found:
        needed = _mebibytes(found[EXECUTOR_MEMORY])
        if not _LEAST_MEMORY <= needed <= memory:
            raise exception.InvalidConfiguration(
                f'{DEFAULTS}: {EXECUTOR_MEMORY} can be from {_LEAST_MEMORY}m '
                f'to {memory}m, which a worker of node group {group.name} '
                f'has, not {found[EXECUTOR_MEMORY]}.'
            )
    return found


def _value(name: str, value: Any) -> str:
    if name in _OWN:
        raise exception.InvalidConfiguration(
            f'{DEFAULTS}: {name} cannot be set.'
        )
    if isinstance(value, bool):
        return str(value).lower()
    is_line = isinstance(value, str) and value.isprintable() and value.strip()
    if is_line or isinstance(value, (int, float)):
        return str(value)
    raise exception.InvalidConfiguration(
        f'{DEFAULTS}: {name} has to be one line of text, not {value!r}.'
    )


def _mebibytes(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise exception.InvalidConfiguration(
            f'{DEFAULTS}: {EXECUTOR_MEMORY} has to be a size such as 512m, '
            f'not {text!r}.'
        )
    return int(int(found[1]) * _UNITS[found[2].lower()])


def executor_memory(settings: Sequence[NodeSettings]) -> str:
    """Return the memory of an executor that fits every worker.

    :param settings: of all groups of workers
    """
    least = min(each.worker_memory for each in settings)
    return f'{min(least, _EXECUTOR_MEMORY)}m'
