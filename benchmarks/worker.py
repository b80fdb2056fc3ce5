# SPDX-License-Identifier: Apache-2.0
"""A side of a comparison, in a process and a Python of its own.

Each line of standard input is a call in JSON, and each is answered by a line
of JSON. This module imports only the standard library: the Python of the other
side has none of our packages.
"""

from collections.abc import Callable, Mapping
import json
import os
import subprocess
import sys
import time
from typing import Any


def serve(tasks: Mapping[str, Callable[..., Any]]) -> None:
    """Answer calls until standard input ends."""
    # What libraries print must not be among the answers.
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        print(json.dumps(tasks[name](*arguments)), file=answers, flush=True)


def timed(function: Callable[[], Any], times: int = 1) -> float:
    """Return how long it takes to call a function so often, in seconds."""
    began = time.perf_counter()
    for _ in range(times):
        function()
    return time.perf_counter() - began


class Worker:
    """The calling end of a process that serves.

    :param command: its command line
    """

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (what the caller names)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, name: str, *arguments: Any) -> Any:
        """Have something done, and return the answer."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([name, arguments]) + '\n')
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f'{self._process.args} has ended')
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
