# SPDX-License-Identifier: Apache-2.0
"""Instances as servers of a compute API, this project's or any other.

Launching is safe to repeat: see :mod:`sahara_ext.infra.launch`.
"""

from typing import Any

from oslo_config import cfg

from ext_lib.context import RequestContext
from sahara_ext import exception
from sahara_ext.conf import infra_compute
from sahara_ext.infra import base
from sahara_ext.infra import keypairs
from sahara_ext.infra.base import Checkpoint
from sahara_ext.infra.cloud import Cloud
from sahara_ext.infra.launch import Launch
from sahara_ext.infra.launch import Launches
from sahara_ext.infra.launch import MARK
from sahara_ext.infra.launch import SearchedLaunch
from sahara_ext.infra.launch import tag
from sahara_ext.infra.servers import RetryLimit
from sahara_ext.infra.servers import Server
from sahara_ext.infra.servers import Servers
from sahara_ext.infra.ssh import SSH
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.node_group import NodeGroup

#: Words of the compute API in the place of a list of networks.
_NO_NETWORKS = ('auto', 'none')
_GONE = ('DELETED', 'SOFT_DELETED')
#: What is said of hosts, by ``host_status``; of others there is nothing.
_HOSTS = {
    'DOWN': 'Its host is down.',
    'MAINTENANCE': 'Its host is in maintenance.',
    'UNKNOWN': 'The status of its host is unknown.',
}


class ComputeDriver(base.InfraDriver):
    """Launches, watches and deletes servers."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__(conf)
        self._conf = conf[infra_compute.GROUP.name]
        self._cloud = Cloud(conf)
        self._launches = Launches()
        self._ssh = SSH(conf)

    def launch(
        self,
        context: RequestContext,
        cluster: Cluster,
        node_group: NodeGroup,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> str:
        """Have a server made for ``instance``; return the server's id.

        :raises InfraUnsupported: when it is to have what this cannot give
        :raises InfraWithoutTasks: when that is not enough, by configuration
        :raises ServerRefused: when the compute API does not want to
        :raises InfraTimeout: when it takes too long
        """
        _check_supported(cluster, node_group)
        launch = self._launch_of(cluster, instance, checkpoint)
        is_safe = not isinstance(launch, SearchedLaunch)
        if not is_safe and self._conf.without_tasks == 'refuse':
            raise exception.InfraWithoutTasks()
        return launch.run(self._server(cluster, node_group, instance))

    def wait_for_address(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> base.Addresses:
        """Wait until the server is active and has addresses; return them.

        :raises ServerFailed: when it is in error, or gone
        :raises InfraTimeout: when it takes too long
        """
        limit = self._limit(
            f'{instance.instance_name} to be up',
            self._conf.address_timeout,
            checkpoint,
        )
        servers = self._servers(cluster)
        while True:
            server = servers.show(str(instance.instance_id), limit)
            _check_alive(instance, server)
            if server and server['status'] == 'ACTIVE':
                found = _addresses(server)
                if found.management_ip or self._conf.wait_for == 'active':
                    return found
            limit.pause(_why_not_up(server))

    def wait_for_ssh(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> str | None:
        """Wait until the port of SSH is open, then log in, if there is a key.

        :raises InfraTimeout: when it takes too long
        :raises LoginRefused: when the server does not accept the key
        :raises HostKeyChanged: when it is not the server of before
        """
        if self._conf.wait_for != 'ssh':
            return None
        limit = self._limit(
            f'{instance.instance_name} to answer at {instance.management_ip}',
            self._conf.ssh_timeout,
            checkpoint,
        )
        user_key = self._keypairs(cluster, checkpoint).of_user(cluster)
        return self._ssh.wait_for_login(
            context, cluster, instance, limit, user_key
        )

    def delete(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> None:
        """Delete the server of ``instance``, if there is one.

        :raises InfraTimeout: when it takes too long
        """
        server_id = instance.instance_id
        if server_id is None:
            # There may be one whose launch was not recorded.
            server_id = self._launch_of(cluster, instance, checkpoint).find()
        if server_id is None:
            return
        limit = self._limit(
            f'{instance.instance_name} to be gone',
            self._conf.delete_timeout,
            checkpoint,
        )
        servers = self._servers(cluster)
        is_asked = False
        while not _is_gone(server := servers.show(server_id, limit)):
            if not is_asked or (server and server['status'] == 'ERROR'):
                is_asked = servers.delete(server_id, limit)
            limit.pause(_state(server))

    def public_key(self, cluster: Cluster) -> str:
        """Return the public part of the key to log in on instances with.

        :raises SSHNotConfigured: when there is no secret to derive it from
        """
        return self._ssh.keys.of(cluster).public

    def register_key(
        self, context: RequestContext, cluster: Cluster, checkpoint: Checkpoint
    ) -> None:
        """Have the compute API know that key as a keypair.

        :raises KeypairNotFound: when it does not know the user's keypair
        :raises InfraTimeout: when it takes too long
        :raises InfraRefused: when the compute API does not want to
        """
        found = self._keypairs(cluster, checkpoint)
        found.of_user(cluster)
        found.register(
            keypairs.name_of(cluster), str(cluster.management_public_key)
        )

    def release_key(
        self, context: RequestContext, cluster: Cluster, checkpoint: Checkpoint
    ) -> None:
        """Have the compute API forget the keypair, if it knows it.

        :raises InfraTimeout: when it takes too long
        :raises InfraRefused: when the compute API does not want to
        """
        self._keypairs(cluster, checkpoint).delete(keypairs.name_of(cluster))

    def _keypairs(
        self, cluster: Cluster, checkpoint: Checkpoint
    ) -> keypairs.Keypairs:
        limit = self._limit(
            'the keypair of the cluster',
            self._conf.launch_timeout,
            checkpoint,
        )
        return keypairs.Keypairs(self._servers(cluster), limit)

    def _launch_of(
        self,
        cluster: Cluster,
        instance: ClusterInstance,
        checkpoint: Checkpoint,
    ) -> Launch:
        limit = self._limit(
            f'{instance.instance_name} to be launched',
            self._conf.launch_timeout,
            checkpoint,
        )
        servers = self._servers(cluster)
        return self._launches.of(cluster, instance, servers, limit)

    def _servers(self, cluster: Cluster) -> Servers:
        return Servers(
            lambda: self._cloud.compute(cluster), cluster.operation_request_id
        )

    def _limit(
        self, what: str, seconds: float, checkpoint: Checkpoint
    ) -> RetryLimit:
        return RetryLimit(what, seconds, self._conf.poll_interval, checkpoint)

    def _server(
        self,
        cluster: Cluster,
        node_group: NodeGroup,
        instance: ClusterInstance,
    ) -> Server:
        """Return the request for a server: the same whenever it is made."""
        server = {
            'name': instance.instance_name,
            'flavorRef': node_group.flavor_id,
            'imageRef': node_group.image_id or cluster.default_image_id,
            'networks': self._networks(cluster),
            'metadata': {MARK: tag(cluster, instance)},
            'key_name': keypairs.for_servers(cluster),
            'availability_zone': node_group.availability_zone,
            'security_groups': [
                {'name': name} for name in node_group.security_groups or ()
            ],
        }
        return {key: value for key, value in server.items() if value}

    def _networks(self, cluster: Cluster) -> Any:
        wanted = cluster.neutron_management_network or self._conf.network
        return wanted if wanted in _NO_NETWORKS else [{'uuid': wanted}]


def _check_supported(cluster: Cluster, node_group: NodeGroup) -> None:
    for name in (
        'volumes_per_node',
        'boot_from_volume',
        'floating_ip_pool',
        'auto_security_group',
    ):
        if getattr(node_group, name):
            raise exception.InfraUnsupported(name=name)
    if cluster.anti_affinity:
        raise exception.InfraUnsupported(name='anti_affinity')


def _check_alive(instance: ClusterInstance, server: Server | None) -> None:
    name = instance.instance_name
    if server is None:
        raise exception.ServerFailed(name=name, reason='it is gone.')
    if server['status'] == 'ERROR':
        fault = server.get('fault', {}).get('message', 'no reason is given.')
        raise exception.ServerFailed(name=name, reason=fault)


def _why_not_up(server: Server | None) -> str:
    if server and server['status'] == 'ACTIVE':
        return 'It has no address.'
    return _state(server)


def _state(server: Server | None) -> str:
    """Return what is known of a server that is not what it should be."""
    if server is None:
        return ''
    task = server.get('OS-EXT-STS:task_state')
    status = f'Its status is {server["status"]}'
    state = f'{status} ({task}).' if task else f'{status}.'
    # Shown to administrators only, by default.
    host = _HOSTS.get(server.get('host_status', ''))
    return f'{state} {host}' if host else state


def _is_gone(server: Server | None) -> bool:
    return server is None or server['status'] in _GONE


def _addresses(server: Server) -> base.Addresses:
    """Return the first address of each kind; a floating one is reached."""
    every = [a for network in server['addresses'].values() for a in network]
    by_kind: dict[str, str] = {}
    for address in every:
        kind = address.get('OS-EXT-IPS:type', 'fixed')
        by_kind.setdefault(kind, address['addr'])
    fixed = by_kind.get('fixed')
    return base.Addresses(fixed, by_kind.get('floating', fixed))
