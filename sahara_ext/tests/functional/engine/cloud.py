# SPDX-License-Identifier: Apache-2.0
"""A cloud that remembers its servers, and works only when it is let."""

from collections.abc import Callable
import threading
import uuid

from oslo_config import cfg

from sahara_ext.infra import base

#: Seconds until a test that waits for it gives up.
_TIMEOUT = 60


class Cloud(base.InfraDriver):
    """Servers of any number of engines.

    ``servers`` has them by the ids of their instances, ``calls`` what was
    asked for. While ``gate`` is cleared, each call waits there; ``close_at``
    names a method, and which call of it closes the gate.

    :param watch: is called with the cluster and the name of each method
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        watch: Callable[..., object] = lambda cluster, method: None,
    ) -> None:
        super().__init__(conf)
        self.servers: dict[str, str] = {}
        self.calls: list[tuple[str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.close_at: tuple[str, int] | None = None
        self.waiting = threading.Semaphore(0)
        self._watch = watch

    def count(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(name == method for name, _ in list(self.calls))

    def launch(self, context, cluster, node_group, instance, checkpoint):
        assert instance.node_group_id == node_group.id
        self._call('launch', cluster, instance, checkpoint)
        return self.servers.setdefault(instance.id, str(uuid.uuid4()))

    def wait_for_address(self, context, cluster, instance, checkpoint):
        self._call('wait_for_address', cluster, instance, checkpoint)
        return base.Addresses('192.0.2.1', '198.51.100.1')

    def wait_for_ssh(self, context, cluster, instance, checkpoint):
        self._call('wait_for_ssh', cluster, instance, checkpoint)

    def delete(self, context, cluster, instance, checkpoint):
        self._call('delete', cluster, instance, checkpoint)
        self.servers.pop(instance.id, None)

    def _call(self, method, cluster, instance, checkpoint):
        self.calls.append((method, instance.instance_name))
        if self.close_at and self.count(self.close_at[0]) >= self.close_at[1]:
            self.close_at = None
            self.gate.clear()
        self._watch(cluster, method)
        self.waiting.release()
        for _ in range(_TIMEOUT * 20):
            if self.gate.wait(0.05):
                return
            checkpoint()
        raise AssertionError('the gate stayed closed')


class Unlucky(Cloud):
    """A cloud in which one method fails for some instances.

    :param names: of instances
    """

    def __init__(self, conf: cfg.ConfigOpts, method: str, *names: str) -> None:
        super().__init__(conf)
        self.method = method
        self.names = names

    def _call(self, method, cluster, instance, checkpoint):
        super()._call(method, cluster, instance, checkpoint)
        if method == self.method and instance.instance_name in self.names:
            raise RuntimeError(f'no {method} for {instance.instance_name}')
