# SPDX-License-Identifier: Apache-2.0
"""Samples of registered images."""

from typing import Any

from sahara_ext.tests.functional import base as functional
from sahara_ext.tests.functional.samples import base

_PATH = f'/images/{functional.IMAGE}'


def _registration(version: str) -> Any:
    return {'username': 'ubuntu', 'description': 'with Hadoop'}


def _tags(version: str) -> Any:
    return {'tags': ['fake', '0.1']}


class ImageSamples(base.SampleTestCase):
    @base.produces('images/image-register-req', 'images/image-register-resp')
    def test_register(self) -> None:
        self.assertExchange(
            'images/image-register',
            'POST',
            lambda version: _PATH,
            _registration,
        )

    @base.produces('images/images-list-resp', 'images/image-show-resp')
    def test_reads(self) -> None:
        self.ask('POST', _PATH, '1.1', _registration('1.1'))
        self.assertAnswers('images/images-list-resp', '/images')
        self.assertAnswers('images/image-show-resp', _PATH)

    @base.produces(
        'images/image-tag-req',
        'images/image-tag-resp',
        'images/image-untag-req',
        'images/image-untag-resp',
    )
    def test_tags(self) -> None:
        self.ask('POST', _PATH, '1.1', _registration('1.1'))
        for word in ('tag', 'untag'):
            self._check(word)

    def _check(self, word: str) -> None:
        self.assertExchange(
            f'images/image-{word}',
            'POST',
            lambda version: f'{_PATH}/{word}',
            _tags,
            ('1.1',),
        )

    @base.produces(
        'images/image-tags-set-req',
        'images/image-tags-set-resp',
        'images/image-tags-list-resp',
    )
    def test_tags_in_version_2(self) -> None:
        self.ask('POST', _PATH, '2.0', _registration('2.0'))
        self.assertExchange(
            'images/image-tags-set',
            'PUT',
            lambda version: f'{_PATH}/tags',
            _tags,
            ('2.0',),
        )
        self.assertAnswers(
            'images/image-tags-list-resp', f'{_PATH}/tags', ('2.0',)
        )
