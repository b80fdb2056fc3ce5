# SPDX-License-Identifier: Apache-2.0
"""Commands on one instance of a Spark cluster.

All work is done by a script, ``node.sh``, so that a user who is logged in can
repeat the command that an event shows.
"""

from collections.abc import Mapping
import importlib.resources
import json
import shlex
from typing import Any

from oslo_config import cfg

from sahara_ext.infra import errors
from sahara_ext.infra.ssh_session import Session
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.plugins.spark.settings import NodeSettings
from sahara_ext.plugins.spark.settings import Ports

_SCRIPT = 'node.sh'
#: Which Java the versions of Spark run on, by their first number.
_JAVA: Mapping[str, tuple[str, ...]] = {
    '3': ('8', '11', '17'),
    '4': ('17', '21', '25'),
}
#: A decommissioned worker notifies masters and drivers, and moves its data.
_DEFAULTS = {
    'spark.decommission.enabled': 'true',
    'spark.storage.decommission.enabled': 'true',
    'spark.storage.decommission.rddBlocks.enabled': 'true',
    'spark.storage.decommission.shuffleBlocks.enabled': 'true',
}


class Node:
    """An instance with an open session.

    :param conf: configuration with the group ``[spark]``
    :param ports: those of its cluster
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        session: Session,
        instance: ClusterInstance,
        ports: Ports,
    ) -> None:
        self._conf = conf.spark
        self._session = session
        self.address = str(instance.internal_ip)
        self._ports = ports

    def install(self, version: str) -> str:
        """Install Java and Spark; return where they were found."""
        self._session.run(f'mkdir -p {self._directory}')
        script = importlib.resources.files(__package__).joinpath(_SCRIPT)
        self._session.put(self._script, script.read_text())
        return self._run(
            'install',
            version,
            self._conf.versions[version],
            self._conf.java,
            *_JAVA.get(version.partition('.')[0], ()),
        )

    def configure(
        self, settings: NodeSettings, master: str, defaults: Mapping[str, str]
    ) -> None:
        """Write all files that Spark reads.

        :param master: address of the master
        :param defaults: for ``spark-defaults.conf``, where users say nothing
        """
        url = f'spark://{master}:{self._ports.master}'
        self._write('node.sh', self._script_values(settings, url))
        self._write(
            'spark-env.sh',
            {
                'SPARK_LOCAL_IP': self.address,
                # Not its name, which the others may not know.
                'SPARK_LOCAL_HOSTNAME': self.address,
                'SPARK_DAEMON_MEMORY': f'{settings.daemon_memory}m',
            },
            _ENVIRONMENT,
        )
        found = {**_DEFAULTS, **defaults, **settings.defaults}
        self._put(
            'conf/spark-defaults.conf',
            ''.join(
                f'{name} {_escaped(value)}\n'
                for name, value in {'spark.master': url, **found}.items()
            ),
        )
        self._put('spark-submit', _SUBMIT, 0o700)

    def _script_values(
        self, settings: NodeSettings, master_url: str
    ) -> dict[str, object]:
        """Return the variables of ``node.sh``."""
        ports = self._ports
        return {
            'HOST': self.address,
            'MASTER_URL': master_url,
            'MASTER_PORTS': f'{ports.master} {ports.master_web}',
            'WORKER_PORTS': f'{ports.worker} {ports.worker_web}',
            'WORKER_CORES': settings.worker_cores,
            'WORKER_MEMORY': settings.worker_memory,
            'START_TIMEOUT': self._conf.start_timeout,
        }

    def start(self, process: str) -> str:
        """Start a process, unless it runs; return a text for users."""
        return self._run('start', process)

    def stop(self, process: str) -> str:
        """Stop a process, if it runs; return a text for users.

        A cluster may be deleted before anything was installed.
        """
        command = self._command('stop', process)
        path = shlex.quote(self._script)
        return self._session.run(
            f'[ ! -e {path} ] && echo "No Spark is installed." || {command}'
        )

    def status(self, process: str) -> str:
        """Return whether a process runs, and the last of its log."""
        return self._run('status', process)

    def decommission(self, process: str) -> None:
        """Have a worker take no more work, and notify the others."""
        self._run('decommission', process)

    def worker_is_idle(self) -> bool:
        """Return whether no executor runs on the worker."""
        return not self._ask(self.address, self._ports.worker_web)['executors']

    def workers(self, master: str) -> dict[str, str]:
        """Return the states of workers by their addresses, as a master knows.

        :param master: its address
        """
        found = self._ask(master, self._ports.master_web)['workers']
        # A worker that registers again is listed twice, once as dead.
        found.sort(key=lambda worker: worker['state'] == 'ALIVE')
        return {worker['host']: worker['state'] for worker in found}

    def _ask(self, address: str, port: int) -> Any:
        return json.loads(self._session.get(address, port, '/json/'))

    @property
    def _directory(self) -> str:
        return shlex.quote(self._conf.directory)

    @property
    def _script(self) -> str:
        return f'{self._conf.directory}/{_SCRIPT}'

    def _command(self, *words: str) -> str:
        return shlex.join(['bash', self._script, *words])

    def _run(self, *words: str) -> str:
        return self._session.run(self._command(*words))

    def _write(
        self, name: str, values: Mapping[str, object], rest: str = ''
    ) -> None:
        lines = [
            f'{key}={shlex.quote(str(value))}\n'
            for key, value in values.items()
        ]
        self._put(f'conf/{name}', ''.join(lines) + rest)

    def _put(self, name: str, content: str, mode: int = 0o600) -> None:
        self._session.put(f'{self._conf.directory}/{name}', content, mode)


#: Where Spark keeps what it writes: beside its configuration.
_ENVIRONMENT = """\
HERE=$(dirname "$SPARK_CONF_DIR")
JAVA_HOME=$HERE/java
SPARK_LOCAL_DIRS=$HERE/local
"""

_SUBMIT = """\
#!/bin/bash
# spark-submit, for this cluster.
HERE=$(cd "$(dirname "$0")" && pwd)
export JAVA_HOME=$HERE/java SPARK_HOME=$HERE/spark
export SPARK_CONF_DIR=$HERE/conf
exec bash "$SPARK_HOME/bin/spark-submit" "$@"
"""


def _escaped(value: str) -> str:
    return value.replace('\\', '\\\\')


def is_lost(error: Exception) -> bool:
    """Return whether an error means that an instance cannot be reached."""
    return isinstance(
        error,
        (
            errors.ConnectionLost,
            errors.HostKeyChanged,
            errors.LoginRefused,
            errors.SSHNotConfigured,
            errors.Unreachable,
        ),
    )
