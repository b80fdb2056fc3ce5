# SPDX-License-Identifier: Apache-2.0
"""Samples of the parts of the API."""

from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional.samples import base


class ExtensionSamples(base.SampleTestCase):
    @base.produces('extension-info/extensions-list-resp')
    def test_list(self) -> None:
        self.assertAnswers(
            'extension-info/extensions-list-resp',
            '/extensions',
            token=functional.MEMBER,
        )

    @base.produces('extension-info/extensions-get-resp')
    def test_show(self) -> None:
        self.assertAnswers(
            'extension-info/extensions-get-resp',
            '/extensions/os-instance-actions',
            token=functional.MEMBER,
        )
