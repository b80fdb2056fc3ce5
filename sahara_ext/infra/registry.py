# SPDX-License-Identifier: Apache-2.0
"""The one cloud an engine works with."""

from oslo_config import cfg
from stevedore import driver

from sahara_ext.infra.base import InfraDriver

NAMESPACE = 'sahara_ext.infra'


def load(conf: cfg.ConfigOpts) -> InfraDriver:
    """Return the driver that ``[infra] driver`` names.

    :raises NoMatches: of stevedore, when there is none of that name
    """
    manager: driver.DriverManager[InfraDriver] = driver.DriverManager(
        NAMESPACE, conf.infra.driver
    )
    return manager[conf.infra.driver].plugin(conf)
