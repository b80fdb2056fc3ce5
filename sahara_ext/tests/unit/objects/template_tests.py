# SPDX-License-Identifier: Apache-2.0
"""Templates of either kind are kept for a project."""

from collections.abc import Mapping
from typing import Any

from oslo_versionedobjects import exception as ovo_exception

from ext_lib.paging import ALL
from ext_lib.paging import Page
from sahara_ext import exception
from sahara_ext.tests.unit.objects import base


class TemplateTests(base.TestCase):
    """The tests of one kind."""

    kind: Any
    #: Lists of it.
    kinds: Any
    #: What one has.
    values: Mapping[str, Any]

    def template(self, name='name', **values):
        defaults = {'plugin_name': 'fake', 'plugin_version': '0.1'}
        return self.kind(
            self.context, name=name, **{**defaults, **self.values, **values}
        )

    def store(self, *args, **values):
        template = self.template(*args, **values)
        template.create()
        return template

    def get(self, template):
        return self.kind.get(self.context, template.id)

    def test_what_is_stored(self):
        made = self.store()
        for found in (made, self.get(made)):
            self.assertEqual(self.context.project_id, found.project_id)
            self.assertIsNotNone(found.created_at)
            self.assertFalse(found.is_default)
            for name, value in self.values.items():
                self.assertEqual(value, getattr(found, name), name)
            self.assertEqual(set(), found.obj_what_changed())
        self.assertRaises(ovo_exception.ObjectActionError, made.create)

    def test_changes(self):
        made = self.store()
        made.name = 'new'
        made.save()
        self.assertAsks(0, made.save)
        self.assertEqual('new', self.get(made).name)
        self.assertEqual(made.updated_at, self.get(made).updated_at)

    def test_names(self):
        made, other = self.store(), self.store('other')
        self.assertRaises(exception.TemplateNameExists, self.store)
        made.name = other.name
        self.assertRaises(exception.TemplateNameExists, made.save)

    def test_who_sees_it(self):
        private, public = self.store(), self.store('p', is_public=True)
        self.assertEqual('p', self.kind.get(self.stranger, public.id).name)
        self.assertRaises(
            exception.TemplateNotFound,
            *(self.kind.get, self.stranger, private.id),
        )

    def test_destroy(self):
        made, protected = self.store(), self.store('p', is_protected=True)
        made.destroy()
        self.assertRaises(exception.TemplateNotFound, self.get, made)
        self.assertRaises(exception.TemplateNotFound, made.destroy)
        self.assertRaises(exception.TemplateProtected, protected.destroy)

    def test_lists(self):
        names = [self.store(name).name for name in 'abc']
        page = self.assertAsks(1, self.kinds.get_page, self.context, ALL)
        self.assertEqual(names[::-1], [each.name for each in page])
        page = self.kinds.get_page(
            self.context, Page(2), {'plugin_name': 'fake'}, ('name', 'asc')
        )
        self.assertEqual(['a', 'b'], [each.name for each in page])
        self.assertEqual(page.objects[-1].id, page.next_marker)
        self.assertIsNone(page.previous_marker)
        self.assertEqual(set(), page.obj_what_changed())
