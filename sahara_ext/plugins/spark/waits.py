# SPDX-License-Identifier: Apache-2.0
"""Waits for workers: until they have registered, and until they are idle."""

from collections.abc import Callable, Sequence
import contextlib
import time
from typing import Any

from ext_lib import exception as ext_exception
from sahara_ext.infra import errors
from sahara_ext.infra.servers import RetryLimit
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.plugins.spark.node import Node
from sahara_ext.plugins.spark.settings import WORKER
from sahara_ext.progress import Step

Check = Callable[[], object]
LogIn = Callable[[ClusterInstance], contextlib.AbstractContextManager[Node]]

#: States of a worker that a master no longer gives work.
_LEAVING = ('DECOMMISSIONED', 'DEAD', None)


class WorkerNotRegistered(ext_exception.Error):
    """A worker that runs, or should, is not known to the master."""

    msg_fmt = (
        'Worker %(name)s has not registered with the master within '
        '%(seconds)s s. %(reason)s'
    )


def limit(conf: Any, check: Check) -> RetryLimit:
    """Return the time limit of requests for flavors."""

    def checkpoint(waiting: str = '') -> None:
        check()

    return RetryLimit(
        'the flavors', conf.launch_timeout, conf.poll_interval, checkpoint
    )


def until_registered(
    step: Step,
    master: ClusterInstance,
    workers: Sequence[ClusterInstance],
    log_in: LogIn,
    conf: Any,
    check: Check,
) -> None:
    """Report each worker to ``step`` once the master knows it.

    :param log_in: on the instance it is given
    :param conf: options of the plugin
    :raises WorkerNotRegistered: when it takes too long for one
    """
    left = {str(each.internal_ip): each for each in workers}
    for address, each in list(left.items()):
        if step.done(each):
            del left[address]
    address = str(master.internal_ip)
    end = time.monotonic() + conf.register_timeout
    with log_in(master) as node:
        while left:
            known = node.workers(address)
            for worker in [w for w in left if known.get(w) == 'ALIVE']:
                with step.event(left.pop(worker)):
                    pass
            if left and time.monotonic() > end:
                break
            if left:
                _sleep(conf.poll_interval, check)
    _fail(step, list(left.values()), log_in, conf)


def _fail(
    step: Step,
    workers: Sequence[ClusterInstance],
    log_in: LogIn,
    conf: Any,
) -> None:
    errors = []
    for worker in workers:
        try:
            with step.event(worker):
                raise WorkerNotRegistered(
                    name=worker.instance_name,
                    seconds=conf.register_timeout,
                    reason=_status(worker, log_in),
                )
        except WorkerNotRegistered as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _status(worker: ClusterInstance, log_in: LogIn) -> str:
    try:
        with log_in(worker) as node:
            return node.status(WORKER)
    except ext_exception.Error as error:
        return str(error)


def decommission(node: Node, master: str, conf: Any, check: Check) -> str:
    """Have a worker end what it does, then stop it; return what was done.

    :param master: address of the master
    :param conf: options of the plugin
    """
    try:
        node.decommission(WORKER)
    except errors.CommandFailed:
        # It ended in an earlier try, or by itself.
        return node.stop(WORKER)
    begin = time.monotonic()
    while not _is_free(node, master):
        if time.monotonic() > begin + conf.decommission_timeout:
            node.stop(WORKER)
            return (
                f'It still had executors after {conf.decommission_timeout} s, '
                'and was stopped all the same.'
            )
        _sleep(conf.poll_interval, check)
    seconds = time.monotonic() - begin
    node.stop(WORKER)
    return f'It was free of executors after {seconds:.1f} s.'


def _is_free(node: Node, master: str) -> bool:
    states = node.workers(master)
    return states.get(node.address) in _LEAVING and node.worker_is_idle()


def _sleep(seconds: float, check: Check) -> None:
    check()
    time.sleep(min(seconds, 1.0))
