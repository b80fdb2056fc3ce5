# SPDX-License-Identifier: Apache-2.0
"""A browser whose user sees pages of Horizon."""

import os
import pathlib
import shutil

from axe_core_python.selenium import Axe
import fixtures
from selenium import webdriver
from selenium.common import exceptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from ext_lib.testing import browser
from ext_lib.testing import polling

#: Variable that names the directory of pictures, which is kept then.
PICTURES = 'NOVA_EXT_PICTURES'
_SIZE = (1280, 900)
#: What stands in a text, and what it would do to the page.
MARKUP = (
    '<img src=x onerror="document.planted=1">'
    '<script>document.planted=2</script>'
    '{$constructor.constructor("document.planted=3")()$}'
)


class Browser(fixtures.Fixture):
    """A headless browser.

    :param url: of Horizon
    """

    def __init__(self, url):
        self._url = url.rstrip('/')

    def _setUp(self):
        # selenium would download what is missing.
        driver = shutil.which('chromedriver')
        if not (browser.program() and driver):
            raise AssertionError('Neither chromium nor chromedriver may miss')
        options = webdriver.ChromeOptions()
        options.binary_location = browser.program()
        profile = self.useFixture(fixtures.TempDir()).path
        for flag in (*browser.FLAGS, f'--user-data-dir={profile}'):
            options.add_argument(flag)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        self.driver = webdriver.Chrome(options, Service(driver))
        self.addCleanup(self.driver.quit)
        self.resize(*_SIZE)
        directory = os.environ.get(PICTURES)
        self._pictures = pathlib.Path(
            directory or self.useFixture(fixtures.TempDir()).path
        )
        self._pictures.mkdir(parents=True, exist_ok=True)

    def resize(self, width, height):
        """Give the page a size; that of a window has a least one."""
        self.driver.execute_cdp_cmd(
            'Emulation.setDeviceMetricsOverride',
            {
                'width': width,
                'height': height,
                'deviceScaleFactor': 1,
                'mobile': False,
            },
        )

    def log_in(self, user, password):
        """Log in, as another user perhaps."""
        # A page that is open would get its cookies back.
        self.driver.get('about:blank')
        self.driver.execute_cdp_cmd('Network.clearBrowserCookies', {})
        self.open('/auth/login/')
        self.find('#id_username').send_keys(user)
        self.find('#id_password').send_keys(password)
        self.find('#loginBtn').click()
        self.wait('.topbar')

    def open(self, path):
        """Load a page of Horizon."""
        self.driver.get(self._url + path)

    def speak(self, language):
        """Have pages in another language, from the next one on."""
        self.driver.add_cookie(
            {'name': 'horizon_language', 'value': language}
        )

    def picture(self, name):
        """Keep what the user sees."""
        self.driver.save_screenshot(str(self._pictures / f'{name}.png'))

    def find(self, selector):
        """Return an element.

        :raises NoSuchElementException: when there is none
        """
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        """Return the texts that the user sees of elements."""
        found = self.run(
            'return [...document.querySelectorAll(arguments[0])]'
            '.filter(e => e.getClientRects().length)'
            '.map(e => e.innerText.trim())',
            selector,
        )
        return [text for text in found if text]

    def text(self, selector):
        """Return the text that the user sees of the first such element."""
        return next(iter(self.texts(selector)), '')

    def wait(self, selector, text='', seconds=60):
        """Wait until the user sees an element with a text."""
        try:
            polling.wait_until(
                lambda: any(text in t for t in self._seen(selector)),
                f'{text!r} in {selector}',
                seconds,
            )
        except AssertionError:
            self.picture('failed')
            raise

    def _seen(self, selector):
        return self.run(
            'return [...document.querySelectorAll(arguments[0])]'
            '.filter(e => e.getClientRects().length)'
            '.map(e => e.innerText)',
            selector,
        )

    def press(self, selector, key):
        """Press a key where an element has the focus."""
        self.find(selector).send_keys(key)

    def wait_until_gone(self, selector):
        """Wait until the user does not see such an element."""
        polling.wait_until(
            lambda: not self._seen(selector), f'no {selector}'
        )

    def click(self, selector):
        """Click on an element."""
        self.find(selector).click()

    def click_link(self, selector, text):
        """Click on the one of some links that has a text."""
        links = self.driver.find_elements(By.CSS_SELECTOR, selector)
        next(link for link in links if link.text == text).click()

    def run(self, script, *values):
        """Return what a script returns, which no policy forbids."""
        try:
            return self.driver.execute_script(script, *values)
        except exceptions.StaleElementReferenceException:
            return None

    def errors(self):
        """Return what the page has complained about so far."""
        return [
            entry['message']
            for entry in self.driver.get_log('browser')
            if entry['level'] == 'SEVERE'
        ]

    def violations(self, selector):
        """Return what makes a part of the page hard to use, by axe-core.

        Without the colours of links and buttons, which a theme has.
        """
        found = Axe().run(self.driver, selector)
        return [
            f'{rule["id"]}: {node["html"]}'
            for rule in found['violations']
            for node in rule['nodes']
            if rule['id'] != 'color-contrast'
            or not node['html'].startswith(('<a ', '<button '))
        ]
