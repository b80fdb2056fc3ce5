# SPDX-License-Identifier: Apache-2.0
"""Programs of the machine."""

from collections.abc import Sequence
import subprocess

from ext_lib import exception

#: What programs see of the environment: nothing of the service's own.
ENVIRONMENT = {
    'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'LC_ALL': 'C',
}
_TIMEOUT = 30
#: Lines of its output that are shown when a program fails.
_SHOWN = 3


class CommandFailed(exception.Error):
    """A program ended with an error."""

    msg_fmt = '%(command)s ended with status %(status)s: %(output)s'


def run(*command: str) -> str:
    """Run a program and return what it printed.

    :raises CommandFailed: when its exit status is not 0, or when it has not
        ended after 30 seconds
    """
    try:
        done = subprocess.run(  # noqa: S603 (nothing of users)
            command,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors='replace',
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(command, 'none', 'It takes too long.') from error
    if done.returncode:
        raise _failed(
            command, str(done.returncode), last_lines(done.stderr or '')
        )
    return done.stdout


def last_lines(text: str) -> str:
    """Return the last lines of an output in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return ' / '.join(lines[-_SHOWN:]) or 'no output'


def _failed(command: Sequence[str], status: str, output: str) -> CommandFailed:
    return CommandFailed(
        command=' '.join(command), status=status, output=output
    )
