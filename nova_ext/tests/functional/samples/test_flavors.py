# SPDX-License-Identifier: Apache-2.0
"""Samples of flavors and images."""

from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional.samples import base


class FlavorSamples(base.SampleTestCase):
    @base.produces('flavors/flavors-list-resp')
    def test_list(self) -> None:
        self._check('flavors/flavors-list-resp', '/flavors')

    @base.produces('flavors/flavors-detail-resp')
    def test_detail(self) -> None:
        self._check('flavors/flavors-detail-resp', '/flavors/detail')

    @base.produces('flavors/flavor-get-resp')
    def test_show(self) -> None:
        self._check('flavors/flavor-get-resp', '/flavors/1')

    @base.produces('flavor-extra-specs/flavor-extra-specs-list-resp')
    def test_extra_specs(self) -> None:
        self._check(
            'flavor-extra-specs/flavor-extra-specs-list-resp',
            '/flavors/1/os-extra_specs',
        )

    @base.produces('images/image-get-resp')
    def test_image(self) -> None:
        self.assertAnswers(
            'images/image-get-resp',
            f'/images/{functional.IMAGE}',
            until='2.35',
            token=functional.MEMBER,
        )

    def _check(self, name: str, path: str) -> None:
        self.assertAnswers(name, path, token=functional.MEMBER)
