# SPDX-License-Identifier: Apache-2.0
"""The sample of the list of versions."""

from sahara_ext.tests.functional.samples import base


class VersionSamples(base.SampleTestCase):
    @base.produces('versions/versions-list-resp')
    def test_list(self) -> None:
        response = self.request('GET', '/', token=None, base_url=base.URL)
        self.assertEqual(300, response.status_int)
        self.assertSamples(
            'versions/versions-list-resp',
            lambda version: response.json,
            ('1.1',),
        )
