# SPDX-License-Identifier: Apache-2.0
"""Keys that engines log in with, one for each cluster.

A key is derived from a secret that all engines have and the id of the cluster,
by HKDF (RFC 5869). So it is stored nowhere, and an engine that continues the
work of another one has the same key.
"""

from collections.abc import Iterator
import io
import os
import stat

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.kdf import hkdf
from oslo_config import cfg
import paramiko

from sahara_ext.infra import errors
from sahara_ext.objects.cluster import Cluster

_SEED_BYTES = 32
_SHORTEST = 32
_PURPOSE = 'sahara-ext ssh '


class ClusterKey:
    """The key of one cluster.

    :param seed: 32 bytes
    """

    def __init__(self, seed: bytes) -> None:
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> str:
        """The public part, in the form of a line of ``authorized_keys``."""
        return (
            self._key.public_key()
            .public_bytes(
                serialization.Encoding.OpenSSH,
                serialization.PublicFormat.OpenSSH,
            )
            .decode()
        )

    def for_login(self) -> paramiko.Ed25519Key:
        """Return the key in the form that a login takes."""
        text = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        return paramiko.Ed25519Key.from_private_key(io.StringIO(text.decode()))


class ClusterKeys:
    """The keys of all clusters.

    :param conf: configuration with the group ``[ssh]``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf.ssh

    def of(self, cluster: Cluster) -> ClusterKey:
        """Return the key of a cluster: the one it has, or is to have.

        :raises SSHNotConfigured: when there is no secret, or not the one that
            the key of the cluster was derived from
        """
        known = cluster.management_public_key
        for secret in self._secrets():
            key = ClusterKey(_seed(secret, str(cluster.id)))
            if known is None or key.public == known:
                return key
        raise self._error('no longer has the secret of this cluster')

    def _secrets(self) -> Iterator[bytes]:
        path = self._conf.secret_file
        if not path:
            raise errors.SSHNotConfigured(
                reason='[ssh] secret_file names no file'
            )
        try:
            with open(path, 'rb') as file:
                mode = os.fstat(file.fileno()).st_mode
                lines = [line for line in file.read().split(b'\n') if line]
        except OSError as error:
            raise self._error(f'cannot be read ({error.strerror})') from error
        if mode & (stat.S_IROTH | stat.S_IWOTH):
            raise self._error('can be read by every user')
        if not lines or min(map(len, lines)) < _SHORTEST:
            raise self._error(
                f'needs at least {_SHORTEST} characters in each line'
            )
        yield from lines

    def _error(self, what: str) -> errors.SSHNotConfigured:
        return errors.SSHNotConfigured(
            reason=f'the file of [ssh] secret_file {what}'
        )


def _seed(secret: bytes, cluster_id: str) -> bytes:
    return hkdf.HKDF(
        algorithm=hashes.SHA256(),
        length=_SEED_BYTES,
        salt=None,
        info=f'{_PURPOSE}{cluster_id}'.encode(),
    ).derive(secret)
