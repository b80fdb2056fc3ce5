# SPDX-License-Identifier: Apache-2.0
"""The openstack client, as it is released."""

from collections.abc import Mapping, Sequence
import os
import pathlib
import subprocess
import sys

#: How long a command may take, in seconds.
_PATIENCE = 120


def run(
    directory: str, words: Sequence[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command of the client, which may fail.

    :param directory: in which it runs, and where it has its home
    :param environment: all it is told of the cloud
    """
    program = pathlib.Path(sys.executable).parent / 'openstack'
    return subprocess.run(
        [str(program), *words],
        env={
            'PATH': os.environ['PATH'],
            'HOME': directory,
            'PYTHONWARNINGS': 'ignore',
            'LC_ALL': 'C.UTF-8',
            **environment,
        },
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
