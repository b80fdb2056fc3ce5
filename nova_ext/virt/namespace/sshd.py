# SPDX-License-Identifier: Apache-2.0
"""Start of a guest: its namespaces, its mounts and its SSH server.

The SSH server is the first process of a process namespace, so that the kernel
ends all others when it ends. It is in a session of its own, and stays when the
compute service ends.
"""

import socket
import subprocess
import threading
import time

from nova_ext import exception
from nova_ext.virt import driver
from nova_ext.virt.namespace import command
from nova_ext.virt.namespace import processes
from nova_ext.virt.namespace.files import Files
from nova_ext.virt.namespace.guest import Guest
from nova_ext.virt.namespace.processes import Process

_PORT = 22
_PAUSE = 0.05
_BANNER = b'SSH-'
#: Seconds for one attempt to reach it.
_ATTEMPT = 1.0

#: Run in the new namespaces, where no mount is seen outside. Arguments: the
#: directory of the guest, its hostname, its home, the SSH server.
_SCRIPT = """\
set -e
umask 022
echo "$2" >/proc/sys/kernel/hostname
for name in passwd group hosts; do
    mount --bind "$1/etc/$name" "/etc/$name"
done
mount --bind "$1/home" "$3"
mount --bind "$1/log" /var/log
mount --bind "$1/run" /run
cd /
exec "$4" -D -f "$1/etc/sshd_config" -E "$1/log/sshd.log"
"""


class SSHServers:
    """Starts the SSH servers of guests, and waits for them.

    :param program: path of sshd
    :param home: where a guest sees its work directory
    :param timeout: of a start, in seconds
    :param interrupted: is set when the process ends
    """

    def __init__(
        self,
        program: str,
        home: str,
        timeout: float,
        interrupted: threading.Event,
    ) -> None:
        self._program = program
        self._home = home
        self._timeout = timeout
        self._interrupted = interrupted
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, guest: Guest, files: Files, hostname: str) -> Process:
        """Start a guest that is connected; return its first process.

        :raises GuestFailed: when it does not answer in time
        """
        log = files.log / 'start.log'
        with open(log, 'wb') as output:
            child = subprocess.Popen(  # noqa: S603 (nothing of users)
                [
                    *('ip', 'netns', 'exec', guest.namespace, 'unshare'),
                    *('--uts', '--ipc', '--pid', '--fork', '--mount-proc'),
                    *('sh', '-c', _SCRIPT, 'start'),
                    *(str(files.directory), hostname, self._home),
                    self._program,
                ],
                env=command.ENVIRONMENT,
                cwd='/',
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._children[guest.uuid] = child
        if not self._wait(guest, child):
            said = [p for p in (log, files.log / 'sshd.log') if p.exists()]
            text = '\n'.join(p.read_text(errors='replace') for p in said)
            raise exception.GuestFailed(
                instance_uuid=guest.uuid,
                reason='Its SSH server does not start: '
                + command.last_lines(text),
            )
        first = processes.first_process(guest.namespace)
        if first is None:
            raise exception.GuestFailed(
                instance_uuid=guest.uuid, reason='Its SSH server has ended.'
            )
        return first

    def reap(self, guest: Guest) -> None:
        """Reap the child process of a guest that was started here."""
        child = self._children.pop(guest.uuid, None)
        if child is not None:
            child.wait()

    def _wait(self, guest: Guest, child: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline and child.poll() is None:
            if _answers(guest.address):
                return True
            if self._interrupted.wait(_PAUSE):
                raise driver.Interrupted
        return False


def _answers(address: str) -> bool:
    try:
        with socket.create_connection((address, _PORT), _ATTEMPT) as found:
            found.settimeout(_ATTEMPT)
            return found.recv(len(_BANNER)) == _BANNER
    except OSError:
        return False
