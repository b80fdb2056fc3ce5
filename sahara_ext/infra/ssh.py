# SPDX-License-Identifier: Apache-2.0
"""Logins on instances.

The key of a server is accepted at the first login and is the only one from
then on.
"""

import collections
from collections.abc import Iterator
import contextlib
import functools
import shlex
import socket
import threading
import time
from typing import Any

from oslo_config import cfg
import paramiko

from ext_lib.context import RequestContext
from sahara_ext.infra import errors
from sahara_ext.infra.cluster_key import ClusterKey
from sahara_ext.infra.cluster_key import ClusterKeys
from sahara_ext.infra.servers import RetryLimit
from sahara_ext.infra.ssh_session import Check
from sahara_ext.infra.ssh_session import CHECK_INTERVAL
from sahara_ext.infra.ssh_session import Session
from sahara_ext.infra.ssh_session import text_of
from sahara_ext.objects.cluster import Cluster
from sahara_ext.objects.cluster_instance import ClusterInstance
from sahara_ext.objects.image_registration import ImageRegistrationList

#: Seconds between two keepalive messages on a connection.
_KEEPALIVE = 15
#: Operations whose logins are cached.
_OPERATIONS = 128
#: Seconds that one attempt to connect may take.
_CONNECT_SECONDS = 1.0
#: Adds a line once.
_ACCEPT = (
    'umask 077 && mkdir -p ~/.ssh && touch {file} && '
    'if ! grep -qxF {line} {file}; then echo {line} >> {file}; fi'
)
_FILE = '~/.ssh/authorized_keys'


class Logins:
    """The logins on all instances of one cluster.

    :param usernames: by the ids of images
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        cluster: Cluster,
        keys: ClusterKeys,
        usernames: dict[str, str],
    ) -> None:
        self._conf = conf
        self._cluster = cluster
        self._keys = keys
        default: str = conf.ssh.username
        self._users = {
            str(group.id): usernames.get(
                str(group.image_id or cluster.default_image_id), default
            )
            for group in cluster.node_groups
        }

    @functools.cached_property
    def _key(self) -> ClusterKey:
        return self._keys.of(self._cluster)

    @contextlib.contextmanager
    def session(
        self, instance: ClusterInstance, check: Check, is_first: bool = False
    ) -> Iterator[Session]:
        """Log in on an instance, and out after the block.

        :param check: called while waiting; may raise to end the work
        :param is_first: whether to accept the key of the server
        :raises SSHNotConfigured: when there is no key to log in with
        :raises Unreachable: when nothing answers
        :raises HostKeyChanged: when another server answers than at first
        :raises LoginRefused: when the server does not let the cluster's key in
        """
        name = str(instance.instance_name)
        with (
            _limited(self._conf.ssh.connections, check),
            self._connected(instance, is_first) as transport,
        ):
            yield Session(transport, name, self._conf, check)

    @contextlib.contextmanager
    def _connected(
        self, instance: ClusterInstance, is_first: bool
    ) -> Iterator[paramiko.Transport]:
        address = str(instance.management_ip)
        port, wait = self._conf.infra_compute.ssh_port, self._wait
        known = None if is_first else instance.host_key
        try:
            connection = socket.create_connection((address, port), wait)
        except OSError as error:
            raise self._unreachable(instance, error) from error
        with contextlib.closing(connection):
            transport = paramiko.Transport(connection)
            transport.banner_timeout = transport.auth_timeout = wait
            with contextlib.closing(transport):
                try:
                    self._log_in(transport, instance, known, is_first)
                except (paramiko.SSHException, EOFError, OSError) as error:
                    raise self._unreachable(instance, error) from error
                yield transport

    @property
    def _wait(self) -> float:
        return float(self._conf.ssh.connect_timeout)

    def _log_in(
        self,
        transport: paramiko.Transport,
        instance: ClusterInstance,
        known: str | None,
        is_first: bool,
    ) -> None:
        if known:
            _prefer(transport, known.split()[0])
        transport.start_client(timeout=self._wait)
        found = text_of(transport.get_remote_server_key())
        if not is_first and found != known:
            raise errors.HostKeyChanged(name=instance.instance_name)
        user = self._users[str(instance.node_group_id)]
        try:
            transport.auth_publickey(user, self._key.for_login())
        except paramiko.AuthenticationException as error:
            raise errors.LoginRefused(
                name=instance.instance_name,
                address=instance.management_ip,
                user=user,
            ) from error
        transport.set_keepalive(_KEEPALIVE)

    def _unreachable(
        self, instance: ClusterInstance, error: BaseException
    ) -> errors.Unreachable:
        port = self._conf.infra_compute.ssh_port
        return errors.Unreachable(
            name=instance.instance_name,
            address=f'{instance.management_ip} port {port}',
            reason=getattr(error, 'strerror', None) or error,
        )


class SSH:
    """The way to log in on instances of all clusters.

    :param conf: configuration with the groups ``[ssh]`` and
        ``[infra_compute]``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self.keys = ClusterKeys(conf)
        self._lock = threading.Lock()
        self._found: collections.OrderedDict[Any, Logins] = (
            collections.OrderedDict()
        )

    def logins(self, context: RequestContext, cluster: Cluster) -> Logins:
        """Return the logins of a cluster, for its present operation."""
        groups = tuple(sorted(str(g.id) for g in cluster.node_groups))
        key = (cluster.id, cluster.operation_id, groups)
        with self._lock:
            if key not in self._found:
                self._found[key] = self._logins(context, cluster)
                if len(self._found) > _OPERATIONS:
                    self._found.popitem(last=False)
            return self._found[key]

    def _logins(self, context: RequestContext, cluster: Cluster) -> Logins:
        images = ImageRegistrationList.get_all(context)
        usernames = {
            str(image.image_id): str(image.username)
            for image in images
            if image.username
        }
        return Logins(self._conf, cluster, self.keys, usernames)

    def wait_for_login(
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
        own = self._conf.infra_compute
        refused_until = time.monotonic() + own.refusal_timeout
        address = (str(instance.management_ip), own.ssh_port)
        while True:
            try:
                socket.create_connection(address, _CONNECT_SECONDS).close()
                if not cluster.management_public_key:
                    return None
                is_first = instance.host_key is None
                with self.logins(context, cluster).session(
                    instance, limit.check, is_first
                ) as session:
                    session.run(_accept(user_key) if user_key else 'true')
                    return session.host_key
            except (OSError, errors.Unreachable) as error:
                limit.pause(error)
            except errors.LoginRefused as error:
                # The key comes to some images after the SSH server.
                if time.monotonic() > refused_until:
                    raise
                limit.pause(error)


def _accept(public_key: str) -> str:
    return _ACCEPT.format(file=_FILE, line=shlex.quote(public_key.strip()))


@functools.cache
def _connection_limit(size: int) -> threading.BoundedSemaphore:
    """Return the limit on connections; there is one in a process."""
    return threading.BoundedSemaphore(size)


@contextlib.contextmanager
def _limited(connections: int, check: Check) -> Iterator[None]:
    limit = _connection_limit(connections)
    while not limit.acquire(timeout=CHECK_INTERVAL):
        check()
    try:
        yield
    finally:
        limit.release()


def _prefer(transport: paramiko.Transport, kind: str) -> None:
    """Have a server that has several keys show the one of a kind."""
    options = transport.get_security_options()
    kinds = ('rsa-sha2-512', 'rsa-sha2-256') if 'rsa' in kind else (kind,)
    known = list(options.key_types)
    first = [each for each in known if each in kinds]
    options.key_types = [*first, *(k for k in known if k not in first)]
