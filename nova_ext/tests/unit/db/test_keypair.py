# SPDX-License-Identifier: Apache-2.0
"""Keys of users, by their names."""

from ext_lib import exception as ext_exception
from ext_lib.paging import ALL
from ext_lib.paging import Page
from nova_ext.db.api import keypair as keypair_db
from nova_ext.tests.unit.db import base


class TestKeypairs(base.TestCase):
    def create(self, name, user_id='u1'):
        return keypair_db.keypair_create(
            self.admin,
            {
                'name': name,
                'user_id': user_id,
                'type': 'ssh',
                'public_key': 'k' * 16384,
                'fingerprint': 'f',
            },
        )

    def names(self, page=ALL, user_id='u1'):
        rows = keypair_db.keypair_get_all_by_user(self.admin, user_id, page)
        return [row.name for row in rows]

    def test_a_name_is_given_once(self):
        self.create('one')
        self.create('One')
        self.create('one', 'u2')
        self.assertRaises(keypair_db.KeyPairExists, self.create, 'one')
        self.assertEqual({'one', 'One'}, set(self.names()))
        self.assertEqual(2, keypair_db.keypair_count(self.admin, 'u1'))

    def test_pages(self):
        for name in ('c', 'a', 'b'):
            self.create(name)
        self.create('d', 'u2')
        self.assertEqual(['a', 'b', 'c'], self.names())
        self.assertEqual(['a', 'b'], self.names(Page(2)))
        self.assertEqual(['c'], self.names(Page(2, 'b')))
        self.assertRaises(
            ext_exception.MarkerNotFound, self.names, Page(2, 'd')
        )

    def test_one(self):
        self.create('one')
        row = keypair_db.keypair_get(self.admin, 'u1', 'one')
        self.assertEqual('k' * 16384, row.public_key)
        for user_id, name in (('u2', 'one'), ('u1', 'ONE'), ('u1', 'a\0b')):
            for function in (
                keypair_db.keypair_get,
                keypair_db.keypair_destroy,
            ):
                self.assertRaises(
                    keypair_db.KeypairNotFound,
                    function, self.admin, user_id, name,
                )  # fmt: skip
        keypair_db.keypair_destroy(self.admin, 'u1', 'one')
        self.assertEqual([], self.names())
