# SPDX-License-Identifier: Apache-2.0
"""Each project has its own register of images."""

from sahara_ext import exception
from sahara_ext.db.api import image_registration as image_registration_db
from sahara_ext.tests.unit.db import base


class TestImageRegistration(base.TestCase):
    def set(self, image_id='image', caller=None, **values):
        return image_registration_db.image_registration_set(
            caller or self.context, image_id, values
        )

    def all(self, *tags):
        rows = image_registration_db.image_registrations_get(
            self.context, tags
        )
        return [row.image_id for row in rows]

    def test_first_and_then(self):
        row = self.set(username='me')
        self.assertEqual(
            ('image', self.context.project_id, 'me', []),
            (row.image_id, row.project_id, row.username, row.tags),
        )
        self.set(tags=['a'], description='\N{PILE OF POO}')
        row = image_registration_db.image_registration_get(
            self.context, 'image'
        )
        self.assertEqual(
            ('me', ['a'], '\N{PILE OF POO}'),
            (row.username, row.tags, row.description),
        )

    def test_each_project_its_own(self):
        self.set(username='me')
        self.set(username='you', caller=self.stranger)
        for caller, username in ((self.context, 'me'), (self.stranger, 'you')):
            row = image_registration_db.image_registration_get(caller, 'image')
            self.assertEqual(username, row.username)

    def test_ids_are_exact(self):
        self.set('image')
        self.set('Image', username='other')
        self.assertEqual({'image', 'Image'}, set(self.all()))

    def test_by_tags(self):
        self.set('b', tags=['fake', '0.1'])
        self.set('a', tags=['fake'])
        self.set('c')
        for tags, expected in (
            ([], 'abc'),
            (['fake'], 'ab'),
            (['0.1', 'fake'], 'b'),
            (['Fake'], ''),
        ):
            self.assertEqual(expected, ''.join(self.all(*tags)))

    def test_one_statement_lists_all(self):
        for number in range(20):
            self.set(str(number), tags=['x'])
        self.assertAsks(1, self.all, 'x')

    def test_destroy(self):
        self.set()
        image_registration_db.image_registration_destroy(self.context, 'image')
        for function in (
            image_registration_db.image_registration_get,
            image_registration_db.image_registration_destroy,
        ):
            self.assertRaises(
                exception.ImageNotRegistered, function, self.context, 'image'
            )

    def test_what_does_not_fit(self):
        for image_id, values in (
            ('x' * 256, {}),
            ('\0', {}),
            ('image', {'username': 'x' * 256}),
        ):
            self.assertRaises(
                exception.InvalidValue, self.set, image_id, **values
            )
        self.assertEqual([], self.all())
