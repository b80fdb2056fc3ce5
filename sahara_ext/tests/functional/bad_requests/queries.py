# SPDX-License-Identifier: Apache-2.0
"""Bad query strings."""

from collections.abc import Iterator

from sahara_ext.tests.functional.bad_requests.cases import Bad
from sahara_ext.tests.functional.bad_requests.cases import bad
from sahara_ext.tests.functional.bad_requests.cases import invalid
from sahara_ext.tests.functional.bad_requests.cases import missing
from sahara_ext.tests.functional.bad_requests.cases import V2

_PARAMS = 'INVALID_PARAMS_ON_REQUEST'
_LISTS = (b'/clusters', b'/cluster-templates', b'/node-group-templates')
_PROGRESS = b'/clusters/{cluster}/progress'


def _lists() -> Iterator[Bad]:
    for path in _LISTS:
        for query, why in (
            (b'limit=0', 'no items'),
            (b'limit=-1', 'fewer than none'),
            (b'limit=', 'no limit'),
            (b'limit=x', 'a word as limit'),
            (b'limit=1.5', 'one and a half'),
            (b'limit=%0a', 'a line feed as limit'),
            (b'limit=' + b'9' * 5000, 'more than Python reads'),
            (b'limit=%D9%A1', 'a digit of another script'),
            (b'sort_by=', 'nothing to sort by'),
            (b'sort_by=-', 'nothing, backwards'),
            (b'sort_by=project_id', 'an unknown key'),
            (b'sort_by=name%3Bdrop', 'no key at all'),
            (b'limit=1&limit=2', 'two limits'),
            (b'marker=a&marker=b', 'two markers'),
            (b'name=' + b'x' * 256, 'a long name'),
            (b'name=%00', 'NUL in a name'),
        ):
            says = query.partition(b'=')[0].decode()
            yield invalid('GET', path + b'?' + query, why, says=says)
        for query, why in (
            (b'colour=blue', 'an unknown parameter'),
            (b'tenant_id=x', 'whose it is'),
            (b'show_progress=True', 'what is not for lists'),
            (b'=', 'a parameter without a name'),
        ):
            yield bad(400, _PARAMS, 'GET', path + b'?' + query, why)
        for marker in (b'x', b'{unknown}', b'%F0%9F%98%80', b'', b"'"):
            yield missing('GET', path + b'?marker=' + marker, 'no such marker')
        yield bad(400, 'INVALID_DATA', 'GET', path + b'?name=%ff', 'not UTF-8')


def _long() -> Iterator[Bad]:
    for path in (*_LISTS, b'/images', b'/plugins', _PROGRESS):
        for query in (
            b'&'.join([b'name=a'] * 1001),
            b'&'.join(b'a%d=1' % number for number in range(1001)),
        ):
            yield bad(
                400,
                'INVALID_DATA',
                'GET',
                path + b'?' + query,
                'more parameters than are looked at',
                says='1000 parameters',
            )


def _strict() -> Iterator[Bad]:
    for method, path in (
        ('GET', b'/clusters/{cluster}'),
        ('GET', b'/clusters/{cluster}/provisioning'),
        ('GET', b'/plugins'),
        ('GET', b'/images'),
        ('GET', b'/cluster-templates/{template}/export'),
        ('POST', b'/clusters'),
        ('DELETE', b'/clusters/{cluster}'),
    ):
        yield bad(
            400,
            _PARAMS,
            method,
            path + b'?colour=blue',
            'version 2 knows its parameters',
            versions=V2,
            says='colour',
        )


QUERIES = (
    *_lists(),
    *_strict(),
    *_long(),
    bad(400, _PARAMS, 'GET', _PROGRESS + b'?provision_step=1', 'another name'),
    invalid('GET', _PROGRESS + b'?step_id=1', 'no uuid', says='step_id'),
    invalid('GET', _PROGRESS + b'?step_id=', 'nothing', says='step_id'),
    invalid('GET', _PROGRESS + b'?marker=x', 'no uuid', says='marker'),
    invalid('GET', _PROGRESS + b'?limit=0', 'no events', says='limit'),
    missing('GET', _PROGRESS + b'?step_id={unknown}', 'no such step'),
    invalid('GET', b'/clusters/{cluster}?show_progress=1&show_progress=2',
            'two answers'),
    invalid('GET', b'/images?tags=%00', 'NUL in a tag', says='tags'),
)  # fmt: skip
