# SPDX-License-Identifier: Apache-2.0
"""Requests about the keys of users."""

from ext_lib import exception
from ext_lib.context import RequestContext
from nova_ext.compute import keys
from nova_ext.objects.keypair import KeyPair
from nova_ext.objects.keypair import KeyPairList

#: The most keys of one user: the quota of nova.
_LIMIT = 100


class TooManyKeyPairs(exception.Forbidden):
    """The user has as many keys as the quota permits."""

    msg_fmt = 'Quota exceeded, too many key pairs.'


def import_key(
    context: RequestContext,
    user_id: str,
    name: str,
    public_key: str,
    type: str,
) -> KeyPair:
    """Store a key that the user has made.

    :param type: ssh or x509
    :raises InvalidKeypair: when it is no such key
    :raises TooManyKeyPairs: when the user has as many as they may
    :raises KeyPairExists: when the user has one of this name
    """
    keypair = KeyPair(
        context,
        user_id=user_id,
        name=name,
        type=type,
        public_key=public_key,
        fingerprint=keys.fingerprint(public_key, type),
    )
    if KeyPairList.get_count_by_user(context, user_id) >= _LIMIT:
        raise TooManyKeyPairs()
    keypair.create()
    return keypair


def generate_key(
    context: RequestContext, user_id: str, name: str, type: str
) -> tuple[KeyPair, str]:
    """Make a key and store its public half; return both.

    Errors are those of :func:`import_key`.
    """
    new = keys.generate(type, user_id)
    keypair = import_key(context, user_id, name, new.public_key, type)
    return keypair, new.private_key
