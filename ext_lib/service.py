# SPDX-License-Identifier: Apache-2.0
"""Services: managers behind a message queue, and their orderly end."""

import atexit
from collections.abc import Callable, Sequence
import dataclasses
import gc
import logging
import signal
import socket
import threading
import types
from typing import Protocol

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import libraries
from ext_lib import rpc
from ext_lib.service_log import ServiceLog

LOG = logging.getLogger(__name__)

#: How long a process that has to end may take to start, in seconds.
START_GRACE = 30


@dataclasses.dataclass(frozen=True)
class PeriodicTask:
    """Something to do at start and every ``seconds`` from then on."""

    run: Callable[[], None]
    seconds: float


class Manager:
    """Manager of a service; the hooks are optional."""

    def endpoints(self) -> list[object]:
        """Return the objects whose public methods others may call."""
        return [self]

    def periodic_tasks(self) -> list[PeriodicTask]:
        """Return what is done again and again beside the calls."""
        return []

    def init_host(self) -> None:
        """Prepare; no call is answered before this returns."""

    def cleanup_host(self) -> None:
        """Clean up; no call is answered and no task runs any more."""


class Runnable(Protocol):
    """A part of a process."""

    def start(self) -> None:
        """Begin to work, in threads of its own."""

    def stop(self) -> None:
        """Accept no more work; return at once."""

    def wait(self) -> None:
        """Return when the work accepted before :meth:`stop` is done."""


class Service:
    """A manager that answers calls on a topic and a host.

    :param target: topic, and host as ``server``
    :param serializer: of arguments and results
    :param workers: how many calls are worked on at a time; None for
        ``executor_thread_pool_size``
    :param log: logs its start and its end; None for a part of another service
    """

    def __init__(
        self,
        manager: Manager,
        transport: messaging.Transport,
        target: messaging.Target,
        serializer: messaging.Serializer,
        workers: int | None = None,
        log: ServiceLog | None = None,
    ) -> None:
        self._manager = manager
        self._log = log
        self._workers = workers
        self._server = rpc.get_server(
            transport, target, manager.endpoints(), serializer
        )
        self._periodic: list[_PeriodicThread] = []
        self._ended = False

    def start(self) -> None:
        """Prepare the manager, then answer calls."""
        if self._log is not None:
            self._log.starting()
        self._manager.init_host()
        self._server.start(override_pool_size=self._workers)
        tasks = self._manager.periodic_tasks()
        self._periodic = [_PeriodicThread(task) for task in tasks]
        for thread in self._periodic:
            thread.start()
        if self._log is not None:
            self._log.started()

    def stop(self) -> None:
        """Take no more calls off the queue."""
        if self._log is not None:
            self._log.stopping()
        self._server.stop()
        for thread in self._periodic:
            thread.stop()

    def wait(self) -> None:
        """Return when the running calls and tasks are done."""
        self._server.wait()
        for thread in self._periodic:
            thread.join()
        if not self._ended:
            self._ended = True
            self._manager.cleanup_host()
            if self._log is not None:
                self._log.stopped()


class _PeriodicThread(threading.Thread):
    def __init__(self, task: PeriodicTask) -> None:
        super().__init__(name=_name(task), daemon=True)
        self._task = task
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._task.run()
            except Exception:
                LOG.exception('Periodic task %s failed', self.name)
            self._stopped.wait(self._task.seconds)

    def stop(self) -> None:
        self._stopped.set()


def _name(task: PeriodicTask) -> str:
    return str(getattr(task.run, '__name__', 'periodic'))


def run(
    conf: cfg.ConfigOpts,
    services: Sequence[Runnable],
    ready: Callable[[], None] | None = None,
    first: Callable[[], None] | None = None,
) -> None:
    """Run ``services`` until SIGTERM or SIGINT, then finish what runs.

    They start in the order given and end in the reverse one. A process that
    has to end before all have started ends afterwards; if that takes it
    more than START_GRACE seconds, it dies of SIGALRM.

    SIGHUP reads the mutable options again. A second SIGTERM or SIGINT does
    not wait for running work.

    :param ready: called once everything has started
    :param first: waits, before anything starts, for what the services need;
        SIGTERM or SIGINT amid that ends the process at once
    """
    started: list[Runnable] = []
    # The interpreter's last search for garbage takes seconds where there is
    # much, and what it finds goes with the process anyway.
    atexit.register(gc.freeze)
    try:
        # From the first moment: a service may work before the others start.
        with _Signals() as signals:
            if first is not None:
                signals.interrupt(first)
            for service in services:
                service.start()
                started.append(service)
            signals.started()
            libraries.have_been_loaded()
            if ready is not None:
                ready()
            _wait_for_end(conf, signals)
    except _EndRequested:
        LOG.info('Nothing has started yet')
    finally:
        _end(started)


def _wait_for_end(conf: cfg.ConfigOpts, signals: '_Signals') -> None:
    while signals.next() == signal.SIGHUP:
        try:
            conf.mutate_config_files()
        except cfg.Error as error:
            LOG.error('The options stay as they are: %s', error)


def _end(services: list[Runnable]) -> None:
    # One after the other: what started later may depend on what was there.
    for service in reversed(services):
        service.stop()
        service.wait()


class _EndRequested(BaseException):
    """A process is to end, and there is nothing to finish."""


class _Signals:
    """The signals that concern a process, one after the other.

    A Python handler runs in the middle of the main thread's code, which may
    hold any lock. So handlers do next to nothing, and the interpreter writes
    the numbers to a socket.
    """

    _ENDS = (signal.SIGTERM, signal.SIGINT)
    _NUMBERS = (*_ENDS, signal.SIGHUP)

    def __init__(self) -> None:
        self._is_starting = True
        self._is_idle = False

    def __enter__(self) -> '_Signals':
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._fd = signal.set_wakeup_fd(
            self._writer.fileno(), warn_on_full_buffer=False
        )
        self._handlers = {
            number: signal.signal(number, self._take)
            for number in self._NUMBERS
        }
        return self

    def interrupt(self, wait: Callable[[], None]) -> None:
        """Wait.

        :raises _EndRequested: at once if a signal says so
        """
        self._is_idle = True
        wait()
        self._is_idle = False

    def started(self) -> None:
        """Have the process live on, whatever signal came amid its start."""
        self._is_starting = False
        signal.alarm(0)

    def __exit__(self, *exc_info: object) -> None:
        self.started()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd)
        self._reader.close()
        self._writer.close()

    def next(self) -> int:
        """Wait for a signal and return its number."""
        while True:
            number = self._reader.recv(1)[0]
            if number in self._NUMBERS:
                return number

    def _take(self, number: int, frame: types.FrameType | None) -> None:
        # A start may wait for other services without limit.
        if self._is_starting and number in self._ENDS:
            signal.alarm(START_GRACE)
            if self._is_idle:
                # No other thread needs what may be locked.
                self._is_idle = False
                raise _EndRequested
