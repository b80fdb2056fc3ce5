# SPDX-License-Identifier: Apache-2.0
"""Samples of the version documents."""

import webob

from nova_ext.tests.functional.samples import base


class VersionSamples(base.SampleTestCase):
    @base.produces('versions/versions-get-resp')
    def test_list(self) -> None:
        req = webob.Request.blank('/', base_url=base.URL)
        found = req.get_response(self.app).json
        self.assertSamples(
            'versions/versions-get-resp', lambda _: found, until='2.1'
        )

    @base.produces('versions/v21-version-get-resp')
    def test_show(self) -> None:
        self.assertAnswers('versions/v21-version-get-resp', '/', token=None)
