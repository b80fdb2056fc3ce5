# SPDX-License-Identifier: Apache-2.0
"""Public keys of users, to log in to servers with."""

from oslo_versionedobjects import fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from ext_lib.paging import ALL
from ext_lib.paging import Page
from nova_ext.db.api import keypair as keypair_db
from nova_ext.objects import base

#: In the format of authorized_keys, see sshd(8).
SSH = 'ssh'
#: A certificate in PEM.
X509 = 'x509'


@base.VersionedObjectRegistry.register
class KeyPair(base.NovaExtObject):
    """One public key, which a user has given a name.

    Only processes that hold the database use it: a server has a copy of its
    key, and keeps that when the key is deleted here.
    """

    # 1.4: The fields below
    VERSION = '1.4'

    fields = {
        'id': fields.IntegerField(),
        'name': fields.StringField(nullable=False),
        'user_id': fields.StringField(nullable=True),
        #: MD5 of a key, SHA-1 of a certificate.
        'fingerprint': fields.StringField(nullable=True),
        'public_key': fields.StringField(nullable=True),
        #: ssh or x509.
        'type': fields.StringField(nullable=False),
        'created_at': DateTimeField(nullable=True),
        'updated_at': DateTimeField(nullable=True),
    }

    @classmethod
    def get_by_name(
        cls, context: RequestContext, user_id: str, name: str
    ) -> 'KeyPair':
        """Return the key of a user with a name.

        :raises KeypairNotFound: when there is none
        """
        row = keypair_db.keypair_get(context, user_id, name)
        return cls.from_row(context, row)

    def create(self) -> None:
        """Store the key.

        :raises KeyPairExists: when the user has one of this name
        """
        row = keypair_db.keypair_create(
            self.obj_context, self.obj_get_changes()
        )
        self.load_row(row)

    @staticmethod
    def destroy_by_name(
        context: RequestContext, user_id: str, name: str
    ) -> None:
        """Delete the key of a user with a name.

        :raises KeypairNotFound: when there is none
        """
        keypair_db.keypair_destroy(context, user_id, name)


@base.VersionedObjectRegistry.register
class KeyPairList(objects.ObjectList[KeyPair], base.NovaExtObject):
    """Public keys of one user."""

    # 1.3: KeyPair 1.4
    VERSION = '1.3'

    fields = {
        'objects': fields.ListOfObjectsField('KeyPair'),
    }

    @classmethod
    def get_by_user(
        cls, context: RequestContext, user_id: str, page: Page = ALL
    ) -> 'KeyPairList':
        """Return a page of the keys of a user, by name.

        :param page: its marker is a name
        :raises MarkerNotFound: when the user has no key of that name
        """
        rows = keypair_db.keypair_get_all_by_user(context, user_id, page)
        return cls.from_rows(context, KeyPair, rows)

    @staticmethod
    def get_count_by_user(context: RequestContext, user_id: str) -> int:
        """Return how many keys a user has."""
        return int(keypair_db.keypair_count(context, user_id))
