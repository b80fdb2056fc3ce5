# SPDX-License-Identifier: Apache-2.0
"""The driver that the configuration names."""

from collections.abc import Callable, Mapping

from oslo_config import cfg

from nova_ext.virt.driver import ComputeDriver
from nova_ext.virt.fake import FakeDriver
from nova_ext.virt.namespace.driver import NamespaceDriver

_DRIVERS: Mapping[str, Callable[[cfg.ConfigOpts, str], ComputeDriver]] = {
    'fake': lambda conf, host: FakeDriver(conf),
    'namespace': NamespaceDriver,
}

NAMES = tuple(_DRIVERS)


def load(
    conf: cfg.ConfigOpts, host: str, name: str | None = None
) -> ComputeDriver:
    """Return the hypervisor of a compute host.

    :param host: name of the compute host
    :param name: of the driver, instead of the configured one
    :raises Misconfigured: when the machine cannot run it
    """
    return _DRIVERS[name or conf.compute.driver](conf, host)


def login(conf: cfg.ConfigOpts, name: str | None = None) -> str | None:
    """Return the user to log in as on servers, None where one cannot.

    :param name: of the driver, instead of the configured one
    """
    if (name or conf.compute.driver) != 'namespace':
        return None
    user: str = conf.namespace.login
    return user
