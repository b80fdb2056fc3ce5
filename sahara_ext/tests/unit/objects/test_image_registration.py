# SPDX-License-Identifier: Apache-2.0
"""Projects tell what they know of images."""

from sahara_ext import exception
from sahara_ext.objects.image_registration import ImageRegistration
from sahara_ext.objects.image_registration import ImageRegistrationList
from sahara_ext.tests.unit.objects import base


class TestImageRegistration(base.TestCase):
    def get(self, image_id='image'):
        return ImageRegistration.get(self.context, image_id)

    def test_save_is_enough(self):
        image = ImageRegistration(self.context, image_id='image')
        image.save()
        self.assertEqual(([], None), (image.tags, image.username))
        image.tags = ['fake']
        image.save()
        image.username = 'me'
        image.save()
        found = self.get()
        self.assertEqual((['fake'], 'me'), (found.tags, found.username))
        self.assertEqual(self.context.project_id, found.project_id)

    def test_lists(self):
        for image_id, tags in (('b', ['x']), ('a', ['x', 'y']), ('c', [])):
            ImageRegistration(
                self.context, image_id=image_id, tags=tags
            ).save()
        for tags, expected in (([], 'abc'), (['x'], 'ab'), (['y', 'x'], 'a')):
            found = ImageRegistrationList.get_all(self.context, tags)
            self.assertEqual(expected, ''.join(i.image_id for i in found))
        found = ImageRegistrationList.get_all(self.stranger)
        self.assertEqual([], list(found))

    def test_destroy(self):
        image = ImageRegistration(self.context, image_id='image')
        image.save()
        image.destroy()
        self.assertRaises(exception.ImageNotRegistered, image.destroy)
        self.assertRaises(exception.ImageNotRegistered, self.get)
