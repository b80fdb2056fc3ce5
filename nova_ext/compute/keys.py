# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates: their fingerprints, and new ones.

A private key is returned to the caller, and is stored nowhere.
"""

import base64
import binascii
import datetime
import hashlib
from typing import NamedTuple

from cryptography import exceptions as crypto_exceptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.oid import NameOID
from cryptography.x509.oid import ObjectIdentifier

from ext_lib import exception
from ext_lib.context import RequestContext
from nova_ext.objects.keypair import KeyPair
from nova_ext.objects.keypair import X509

_BITS = 2048
_EXPONENT = 65537
_COMMENT = 'Generated-by-nova-ext'
#: For how long a certificate is valid.
_TEN_YEARS = datetime.timedelta(days=3650)
#: The name of a user of Windows, in a certificate to log in with.
_PRINCIPAL = ObjectIdentifier('1.3.6.1.4.1.311.20.2.3')
#: Tag of a text of UTF-8 (ITU-T X.690).
_UTF8 = 0x0C
#: The longest common name (RFC 5280).
_COMMON_NAME = 64
_INVALID = (ValueError, crypto_exceptions.UnsupportedAlgorithm)


class InvalidKeypair(exception.Invalid):
    """A request has a key that cannot be read."""

    msg_fmt = 'Keypair data is invalid: %(reason)s'


class UnknownKeyName(exception.Invalid):
    """A server is to get a key that its user does not have."""

    msg_fmt = 'Invalid key_name provided.'


class NewKey(NamedTuple):
    """A new key.

    :param private_key: in PEM
    :param public_key: a line of authorized_keys, or a certificate in PEM
    """

    private_key: str
    public_key: str


def fingerprint(public_key: str, type: str) -> str:
    """Return the fingerprint of a key, as two digits between colons.

    :param type: ssh or x509
    :raises InvalidKeypair: when it is no such key
    """
    try:
        digest = (
            _of_certificate(public_key) if type == X509 else _of(public_key)
        )
    except _INVALID as error:
        raise InvalidKeypair(
            reason='failed to generate fingerprint'
        ) from error
    return digest.hex(':')


def generate(type: str, user_id: str) -> NewKey:
    """Return a new key.

    :param type: ssh or x509
    :param user_id: whose certificate it is
    """
    key = rsa.generate_private_key(_EXPONENT, _BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
    if type == X509:
        return NewKey(private, _certificate(key, user_id))
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return NewKey(private, f'{public.decode()} {_COMMENT}')


def of_server(
    context: RequestContext, user_id: str | None, key_name: str | None
) -> str | None:
    """Return the key that a server is to get; None for no key.

    :raises UnknownKeyName: when the user has no key of this name
    """
    if key_name is None:
        return None
    try:
        found = KeyPair.get_by_name(context, user_id or '', key_name)
    except exception.NotFound as error:
        raise UnknownKeyName() from error
    return str(found.public_key)


def _of(public_key: str) -> bytes:
    serialization.load_ssh_public_key(public_key.encode())
    _, encoded, *_ = public_key.split()
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError from error
    return hashlib.md5(data, usedforsecurity=False).digest()


def _of_certificate(public_key: str) -> bytes:
    certificate = x509.load_pem_x509_certificate(public_key.encode())
    return certificate.fingerprint(hashes.SHA1())  # noqa: S303 (as nova)


def _certificate(key: rsa.RSAPrivateKey, user_id: str) -> str:
    """Return a certificate to log in to Windows with."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, user_id[:_COMMON_NAME])]
    )
    principal = f'{user_id}@localhost'.encode()[:127]
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + _TEN_YEARS)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.OtherName(
                        _PRINCIPAL,
                        bytes([_UTF8, len(principal)]) + principal,
                    )
                ]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
