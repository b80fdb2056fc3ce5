# SPDX-License-Identifier: Apache-2.0
"""The first login on servers of a compute API."""

import shlex
import socket
import time

from oslo_config import cfg

from ext_lib.context import RequestContext
from sahara_ext.infra import errors
from sahara_ext.infra.servers import RetryLimit
from sahara_ext.infra.ssh import SSH
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance

#: Seconds that one attempt to connect may take.
_CONNECT_SECONDS = 1.0


#: Adds a line once.
_ACCEPT = (
    'umask 077 && mkdir -p ~/.ssh && touch {file} && '
    'if ! grep -qxF {line} {file}; then echo {line} >> {file}; fi'
)
_FILE = '~/.ssh/authorized_keys'


class Login:
    """Waits for servers to let engines in.

    :param conf: configuration with the groups ``[ssh]`` and
        ``[infra_compute]``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf.infra_compute
        self._ssh = SSH(conf)

    def public_key(self, cluster: Cluster) -> str:
        """Return the public part of the key of a cluster.

        :raises SSHNotConfigured: when there is no secret to derive it from
        """
        return self._ssh.keys.of(cluster).public

    def wait(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        limit: RetryLimit,
        user_key: str | None = None,
    ) -> str | None:
        """Wait until the port of SSH is open; log in, if there is a key.

        :param user_key: a public key that the server is to accept, too
        :returns: the key of the server, None when there was no login
        :raises InfraTimeout: when it takes too long
        :raises LoginRefused: when the server does not accept the key
        :raises HostKeyChanged: when it is not the server of before
        """
        refused_until = time.monotonic() + self._conf.refusal_timeout
        address = (str(instance.management_ip), self._conf.ssh_port)
        while True:
            try:
                socket.create_connection(address, _CONNECT_SECONDS).close()
                if not cluster.management_public_key:
                    return None
                return self._log_in(
                    context, cluster, instance, limit, user_key
                )
            except (OSError, errors.Unreachable) as error:
                limit.pause(error)
            except errors.LoginRefused as error:
                # The key comes to some images after the SSH server.
                if time.monotonic() > refused_until:
                    raise
                limit.pause(error)

    def _log_in(
        self,
        context: RequestContext,
        cluster: Cluster,
        instance: ClusterInstance,
        limit: RetryLimit,
        user_key: str | None,
    ) -> str:
        logins = self._ssh.logins(context, cluster)
        is_first = instance.host_key is None
        with logins.session(instance, limit.check, is_first) as session:
            session.run(_accept(user_key) if user_key else 'true')
            return session.host_key


def _accept(public_key: str) -> str:
    return _ACCEPT.format(file=_FILE, line=shlex.quote(public_key.strip()))
