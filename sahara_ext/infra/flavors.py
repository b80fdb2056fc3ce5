# SPDX-License-Identifier: Apache-2.0
"""Flavors of the compute API: memory and processors of instances."""

import dataclasses

from oslo_config import cfg

from sahara_ext import exception
from sahara_ext.infra import errors
from sahara_ext.infra import servers as servers_module
from sahara_ext.infra.cloud import Cloud
from sahara_ext.infra.servers import RetryLimit
from sahara_ext.infra.servers import Servers
from sahara_ext.objects.cluster import Cluster

#: Seconds within which the compute API has to answer.
_SECONDS = 5.0
_PAUSE = 0.5


@dataclasses.dataclass(frozen=True)
class Flavor:
    """One flavor.

    :param ram: in MiB
    """

    name: str
    ram: int
    vcpus: int


class Flavors:
    """The flavors that clusters can be made with.

    :param conf: configuration with the group ``[infra_compute]``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._cloud = Cloud(conf)

    def get(
        self,
        cluster: Cluster,
        flavor_id: str,
        limit: RetryLimit | None = None,
    ) -> Flavor:
        """Return a flavor, as the user of a cluster sees it.

        :param limit: a few seconds when omitted
        :raises FlavorNotFound: when there is none
        :raises ComputeUnavailable: when the compute API does not say
        """
        servers = Servers(lambda: self._cloud.compute(cluster))
        limit = limit or RetryLimit(
            'the flavor', _SECONDS, _PAUSE, lambda waiting='': None
        )
        try:
            answer = servers.ask(limit, 'GET', f'/flavors/{flavor_id}')
            if not servers_module.is_there(answer):
                raise errors.FlavorNotFound(flavor_id=flavor_id)
        except (
            exception.InfraTimeout,
            exception.InfraRefused,
            exception.InfraNotConfigured,
        ) as error:
            raise errors.ComputeUnavailable(reason=error) from error
        found = answer.json()['flavor']
        name = str(found.get('name') or flavor_id)
        return Flavor(name, int(found['ram']), int(found['vcpus']))
