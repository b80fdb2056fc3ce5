# SPDX-License-Identifier: Apache-2.0
"""Examples of the page on Python, with the released libraries."""

import contextlib
import io
from typing import Any
import urllib.parse

import fixtures

from ext_lib.testing import pages
from osc_ext.tests.functional import base

_PAGE = pages.USER / 'python.rst'


class TestPython(base.FunctionalTestCase):
    def test_from_top_to_bottom(self) -> None:
        clouds = fixtures.EnvironmentVariable(
            'OS_CLIENT_CONFIG_FILE', self.service.clouds
        )
        self.useFixture(clouds)
        code = '\n'.join(pages.blocks(_PAGE.read_text(), 'python'))
        url = urllib.parse.urlsplit(self.service.urls['data-processing'])
        code = code.replace('18386', str(url.port))
        printed = io.StringIO()
        page: dict[str, Any] = {}
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(_PAGE), 'exec'), page)
        page['cloud'].close()
        text = printed.getvalue()
        self.assertIn('was created once, with tag', text)
        self.assertIn("Invalid tag 'no tag at all'.", text)
        self.assertRegex(text, r'\ncreate (pending|running|success) ')
        self.assertRegex(text, r'\nsuccess [0-9a-f-]{36} None\n')
        self.assertIn('Active: 100 %\n', text)
        self.assertRegex(text, r'\nStarting processes 3 0 3 \d+\n')
