# SPDX-License-Identifier: Apache-2.0
"""Plans of SQLite, which shows them whatever is in the tables."""

import re

import fixtures

from ext_lib.db import fixture
from ext_lib.paging import Page
from ext_lib.testing import plans
from sahara_ext.db.facade import facade
from sahara_ext.tests.unit.db import base


class PlanTestCase(base.TestCase):
    def setUp(self):
        self.useFixture(fixtures.EnvironmentVariable(fixture.URL))
        super().setUp()
        self.plans = self.useFixture(plans.Plans(facade))

    def plan(self, words):
        """Return the plan of the last question that has these words."""
        return self.plans.explain(self.plans.find(words))

    def assertSearches(self, words, *indexes):
        """Check that a question is answered with these indexes."""
        plan = self.plan(words)
        for index in indexes:
            self.assertRegex('\n'.join(plan), rf' INDEX {index}\b')
        # Pages are tables, too: anonymous ones.
        scans = [x for x in plan if re.match(r'SCAN (?!anon|\()', x)]
        self.assertEqual([], scans)


class SharedListTests(PlanTestCase):
    """The tests of a list of what is a project's own or public."""

    table: str
    #: Words only the question for a page has.
    words: str
    #: Those that have indexes.
    filters: tuple[str, ...]
    #: An id with others before and after.
    marker: str

    def page(self, page, filters, sort):
        """Get a page of the list."""
        raise NotImplementedError

    def pages(self, filters, sort=None):
        for page in (Page(50), Page(50, self.marker)):
            self.page(page, filters, sort)
            yield page

    def assertWalks(self, *columns):
        indexes = [
            '_'.join([self.table, owner, *columns, 'idx'])
            for owner in ('project_id', 'is_public')
        ]
        self.assertSearches(self.words, *indexes)

    def test_no_filter(self):
        for _ in self.pages({}):
            self.assertWalks('created_at', 'id')

    def test_each_filter(self):
        for name in self.filters:
            for _ in self.pages({name: 'fake'}):
                self.assertWalks(name, 'created_at', 'id')

    def test_other_filters_are_looked_at_on_the_way(self):
        for _ in self.pages({'is_protected': False}):
            self.assertWalks('created_at', 'id')

    def test_by_name(self):
        for direction in ('asc', 'desc'):
            for _ in self.pages({}, ('name', direction)):
                self.assertWalks('name', 'id')
