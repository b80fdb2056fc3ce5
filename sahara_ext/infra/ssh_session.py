# SPDX-License-Identifier: Apache-2.0
"""Commands and files on one instance, over a connection to it.

Nothing is asked of an image but an SSH server, ``sh`` and the ``timeout`` of
coreutils.
"""

from collections.abc import Callable
import dataclasses
import shlex
import time

from oslo_config import cfg
import paramiko

from sahara_ext.infra import errors

#: Called periodically while waiting; may raise to end the work.
Check = Callable[[], object]

#: Seconds between two calls of ``check`` while waiting.
CHECK_INTERVAL = 0.5
#: Seconds that a command has to end after SIGTERM.
_GRACE = 5
_CHUNK = 32768
#: Characters of a command that errors show at most.
_LONGEST = 500


class Session:
    """A connection to one instance, on which commands run.

    :param name: of the instance, for users
    :param check: called while waiting; may raise to end the work
    """

    def __init__(
        self,
        transport: paramiko.Transport,
        name: str,
        conf: cfg.ConfigOpts,
        check: Check,
    ) -> None:
        self._transport = transport
        self._name = name
        self._conf = conf.ssh
        self._check = check

    @property
    def host_key(self) -> str:
        """The key of the server: its type and itself, as base64."""
        return text_of(self._transport.get_remote_server_key())

    def run(
        self, command: str, seconds: float | None = None, data: bytes = b''
    ) -> str:
        """Run a command by ``sh``; return the last of what it wrote.

        :param seconds: it may take; as configured when omitted
        :param data: it reads
        :raises CommandFailed: when its status is not 0
        :raises CommandTimeout: when it takes longer; it is then killed
        :raises ConnectionLost: when its outcome is not known
        """
        seconds = seconds or self._conf.command_timeout
        tail = _Tail(self._conf.output_limit)
        try:
            status = self._execute(command, seconds, data, tail)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise self._lost(command) from error
        if status < 0:
            raise self._lost(command)
        if status:
            raise errors.CommandFailed(
                name=self._name,
                command=_short(command),
                status=status,
                output=tail.text() or 'It wrote nothing.',
            )
        return tail.text()

    def put(self, path: str, content: str, mode: int = 0o600) -> None:
        """Write a file, all of it or nothing.

        :raises Error: as :meth:`run` does
        """
        target, draft = shlex.quote(path), shlex.quote(f'{path}.new')
        self.run(
            f'umask 077 && cat > {draft} && chmod {mode:o} {draft} '
            f'&& mv {draft} {target}',
            data=content.encode(),
        )

    def get(self, address: str, port: int, path: str) -> bytes:
        """Return what a web server answers that the instance can reach.

        :raises PageUnavailable: when it does not answer, or with a failure
        """
        url = f'http://{address}:{port}{path}'
        wait = self._conf.connect_timeout
        try:
            with self._transport.open_channel(
                'direct-tcpip', (address, port), ('127.0.0.1', 0), timeout=wait
            ) as channel:
                channel.settimeout(wait)
                channel.sendall(
                    f'GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n'.encode()
                )
                answer = b''.join(iter(lambda: channel.recv(_CHUNK), b''))
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise self._unavailable(url, error) from error
        head, _, body = answer.partition(b'\r\n\r\n')
        status = head.partition(b'\r\n')[0]
        if b' 200 ' not in status:
            raise self._unavailable(url, status.decode(errors='replace'))
        return body

    def _execute(
        self, command: str, seconds: float, data: bytes, tail: '_Tail'
    ) -> int:
        limited = (
            f'exec timeout -k {_GRACE} {seconds:g} sh -c '
            f'{shlex.quote(command)}'
        )
        end = time.monotonic() + seconds + 2 * _GRACE
        with self._transport.open_session(
            timeout=self._conf.connect_timeout
        ) as channel:
            channel.set_combine_stderr(True)
            channel.settimeout(self._conf.connect_timeout)
            channel.exec_command(limited)
            channel.sendall(data)
            channel.shutdown_write()
            channel.settimeout(CHECK_INTERVAL)
            while chunk := self._receive(channel, command, end):
                tail.add(chunk)
            while not channel.status_event.wait(CHECK_INTERVAL):
                self._check_time(command, end)
            status = int(channel.recv_exit_status())
        if status in (124, 137) and time.monotonic() > end - 2 * _GRACE:
            raise self._timeout(command, seconds)
        return status

    def _receive(
        self, channel: paramiko.Channel, command: str, end: float
    ) -> bytes:
        while True:
            try:
                return bytes(channel.recv(_CHUNK))
            except TimeoutError:
                self._check_time(command, end)

    def _check_time(self, command: str, end: float) -> None:
        self._check()
        if time.monotonic() > end:
            raise self._timeout(command, self._conf.command_timeout)

    def _timeout(self, command: str, seconds: float) -> errors.CommandTimeout:
        return errors.CommandTimeout(
            name=self._name, command=_short(command), seconds=f'{seconds:g}'
        )

    def _unavailable(self, url: str, reason: object) -> errors.PageUnavailable:
        return errors.PageUnavailable(name=self._name, url=url, reason=reason)

    def _lost(self, command: str) -> errors.ConnectionLost:
        return errors.ConnectionLost(name=self._name, command=_short(command))


@dataclasses.dataclass
class _Tail:
    """The last of what a command writes.

    :param limit: in bytes
    """

    limit: int
    _kept: bytes = b''
    _is_cut: bool = False

    def add(self, chunk: bytes) -> None:
        """Take more in."""
        whole = self._kept + chunk
        self._is_cut = self._is_cut or len(whole) > self.limit
        self._kept = whole[-self.limit :]

    def text(self) -> str:
        """Return it; a mark in front says that something is missing."""
        text = self._kept.decode(errors='replace').strip()
        return f'\N{HORIZONTAL ELLIPSIS}{text}' if self._is_cut else text


def text_of(key: paramiko.PKey) -> str:
    """Return the key of a server: its type and itself, as base64."""
    return f'{key.get_name()} {key.get_base64()}'


def _short(command: str) -> str:
    if len(command) <= _LONGEST:
        return command
    return f'{command[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}'
