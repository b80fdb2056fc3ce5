# SPDX-License-Identifier: Apache-2.0
"""Base of the walk: one site and one browser for all of it."""

import unittest

import testtools

from ext_dashboard.tests.functional import pages
from ext_dashboard.tests.functional import site
from ext_lib.testing import polling

INDEX = '/project/data_processing/clusters/'
CLUSTERS = f'{INDEX}cluster/'


def start():
    """Start a site and a browser for all tests of a module."""
    for name, make in (
        ('site', site.Site),
        ('browser', lambda: pages.Browser(WalkCase.site.urls['dashboard'])),
    ):
        fixture = make()
        setattr(WalkCase, name, fixture)
        fixture.setUp()
        unittest.addModuleCleanup(fixture.cleanUp)


class WalkCase(testtools.TestCase):
    """A user who walks through pages; each test begins with one of a project."""

    site = browser = None
    _user = None

    def setUp(self):
        super().setUp()
        self.addOnException(self._show)
        for relay in self.site.relays.values():
            relay.recover()
        self.browser.resize(1280, 900)
        self.log_in('demo')
        self.browser.speak('en')
        self.browser.errors()
        self._logged = len(self.site.log())

    def _show(self, _error):
        self.browser.picture(f'failed-{self._testMethodName}')

    def log_in(self, user):
        """Go on as a user."""
        if WalkCase._user != user:
            self.browser.log_in(user, self.site.passwords[user])
            WalkCase._user = user

    def open_cluster(self, cluster):
        """Open the page of a cluster, and wait for its progress."""
        self.browser.open(CLUSTERS + cluster)
        self.browser.wait(part('provisioning', 'percentage'), '%')

    def open_tab(self, name):
        """Open a tab of the page."""
        self.browser.click_link('.nav-tabs a', name)

    def assert_unharmed(self):
        """Check that no text became markup, and no script of one ran."""
        browser = self.browser
        self.assertIsNone(browser.run('return document.planted'))
        self.assertEqual(
            0, browser.run("return document.querySelectorAll('img[src=x]').length")
        )

    def assert_no_error_page(self):
        """Check that Horizon has answered with no error of its own."""
        log = self.site.log()[self._logged :]
        self.assertNotIn('Internal Server Error: /', log)

    def assert_fits(self, selector):
        """Check that a part of the page is as wide as there is room for."""
        wide = self.browser.run(
            """
            const root = document.querySelector(arguments[0]);
            const edge = document.documentElement.clientWidth + 1;
            return [root, ...root.querySelectorAll('*')].filter(e =>
                e.getClientRects().length && !e.closest('.ext-scroll') &&
                !e.closest('pre') && !e.closest('.sr-only') &&
                (e.getBoundingClientRect().right > edge ||
                 e.getBoundingClientRect().left < -1)
            ).map(e => e.outerHTML.slice(0, 200))""",
            selector,
        )
        self.assertEqual([], wide)

    def wait_for(self, condition, what):
        """Wait until a condition holds."""
        polling.wait_until(condition, what)


def part(page, name):
    """Return the selector of a part of one of the pages."""
    return f'[data-ext="{page}"] [data-part="{name}"]'
