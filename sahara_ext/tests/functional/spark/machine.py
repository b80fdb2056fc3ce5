# SPDX-License-Identifier: Apache-2.0
"""Inventory of a machine's servers, and a Spark that they can read."""

import functools
import importlib.util
import os
import pathlib
import shutil
import subprocess

import fixtures

#: The directory of Spark; that of the installed pyspark when it is not set.
VARIABLE = 'SAHARA_EXT_SPARK_HOME'
#: Readable by all, as servers do not run as root.
_READABLE = 0o755


@functools.cache
def spark_home() -> pathlib.Path:
    """Return the directory of Spark.

    :raises AssertionError: when there is none
    """
    named = os.environ.get(VARIABLE)
    if named:
        return pathlib.Path(named)
    found = importlib.util.find_spec('pyspark')
    if found is None or found.origin is None:
        raise AssertionError(
            f'{VARIABLE} has to name a Spark, or pyspark '
            'has to be installed: tox -e spark'
        )
    return pathlib.Path(found.origin).parent


class ReadableSpark(fixtures.Fixture):
    """A Spark in a directory that every user can read, ``path``."""

    def _setUp(self) -> None:
        home = spark_home()
        if all(part.stat().st_mode & 0o5 == 0o5 for part in home.parents):
            self.path = home
            return
        self.path = self.useFixture(OpenDirectory()).path / 'spark'
        shutil.copytree(home, self.path, copy_function=_link)


class OpenDirectory(fixtures.Fixture):
    """A directory that every user can read, ``path``."""

    def _setUp(self) -> None:
        self.path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path.chmod(_READABLE)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def output(*command: str | pathlib.Path) -> str:
    """Return what a program writes.

    :raises CalledProcessError: when it fails
    """
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=60
    ).stdout


def inventory(state: str) -> dict[str, list[str]]:
    """Return what there is of servers: namespaces, links, processes.

    :param state: the directory that the names of processes have in them
    """
    links = output('ip', '-o', 'link').splitlines()
    return {
        'namespaces': sorted(output('ip', 'netns').split('\n')),
        'links': sorted(line.split(': ')[1] for line in links),
        'processes': sorted(_processes(state)),
        'mounts': sorted(
            line
            for line in pathlib.Path('/proc/mounts').read_text().splitlines()
            if 'netns' in line or state in line
        ),
    }


def _processes(state: str) -> list[str]:
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            command = path.read_bytes().replace(b'\0', b' ').decode()
        except OSError:
            continue
        if 'org.apache.spark' in command or (
            'sshd' in command and state in command
        ):
            found.append(command)
    return found
