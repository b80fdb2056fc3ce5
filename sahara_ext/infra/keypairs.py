# SPDX-License-Identifier: Apache-2.0
"""Keypairs of a compute API: the keys that servers are made with."""

import requests

from sahara_ext import exception
from sahara_ext.infra import errors
from sahara_ext.infra import servers as servers_module
from sahara_ext.infra.servers import RetryLimit
from sahara_ext.infra.servers import Servers
from sahara_ext.objects.cluster import Cluster

_PATH = '/os-keypairs'


def name_of(cluster: Cluster) -> str:
    """Return the name that the key of a cluster is known by."""
    return f'sahara-ext-{cluster.id}'


def for_servers(cluster: Cluster) -> str | None:
    """Return the name of the keypair that servers are made with.

    It is the user's where engines do not log in.
    """
    if cluster.management_public_key:
        return name_of(cluster)
    return cluster.user_keypair_id


class Keypairs:
    """The keypairs of one user.

    :param servers: those of the same user, by which requests are sent
    """

    def __init__(self, servers: Servers, limit: RetryLimit) -> None:
        self._servers = servers
        self._limit = limit

    def register(self, name: str, public_key: str) -> None:
        """Have a public key known by a name, if it is not already.

        :raises InfraRefused: when another key has the name, or for any
            reason the compute API gives
        """
        keypair = {'name': name, 'public_key': public_key}
        answer = self._servers.ask(
            self._limit, 'POST', _PATH, json={'keypair': keypair}
        )
        if answer.status_code != requests.codes.conflict:
            servers_module.check(answer)
            return
        found = self.find(name)
        # The comment after the key may differ.
        if found is None or found.split()[:2] != public_key.split()[:2]:
            raise exception.InfraRefused(
                reason=f'another key has the name {name}'
            )

    def find(self, name: str) -> str | None:
        """Return the public key of a keypair, None when there is none."""
        answer = self._servers.ask(self._limit, 'GET', f'{_PATH}/{name}')
        if not servers_module.is_there(answer):
            return None
        return str(answer.json()['keypair']['public_key'])

    def of_user(self, cluster: Cluster) -> str | None:
        """Return the public key that a cluster is to accept beside its own.

        A server is made with one keypair. Where engines log in it is that of
        the cluster, and the user's has to be added to the server.

        :returns: None when there is none to add
        :raises KeypairNotFound: when the user has no such keypair
        """
        if not cluster.management_public_key or not cluster.user_keypair_id:
            return None
        public_key = self.find(cluster.user_keypair_id)
        if public_key is None:
            raise errors.KeypairNotFound(name=cluster.user_keypair_id)
        return public_key

    def delete(self, name: str) -> None:
        """Delete a keypair, if there is one."""
        servers_module.is_there(
            self._servers.ask(self._limit, 'DELETE', f'{_PATH}/{name}')
        )
