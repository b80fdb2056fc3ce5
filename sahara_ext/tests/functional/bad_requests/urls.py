# SPDX-License-Identifier: Apache-2.0
"""Bad paths, methods, versions and headers."""

from sahara_ext.tests.functional.bad_requests.cases import bad
from sahara_ext.tests.functional.bad_requests.cases import missing
from sahara_ext.tests.functional.bad_requests.cases import PLAIN
from sahara_ext.tests.functional.bad_requests.cases import unrouted
from sahara_ext.tests.functional.bad_requests.cases import V1
from sahara_ext.tests.functional.bad_requests.cases import V2

_OTHER = b'/' + b'f' * 32


def _version(value: str) -> dict[str, object]:
    text = f'data-processing {value}'
    return {'headers': (('OpenStack-API-Version', text),), 'versions': V2}


def _header(name: str, value: str) -> dict[str, object]:
    return {'headers': ((name, value),), 'body': b'{}'}


VERSIONS = (
    bad(400, 'BAD_REQUEST', 'GET', b'/clusters', 'a word', **_version('abc')),
    bad(400, 'BAD_REQUEST', 'GET', b'/plugins', 'half', **_version('2')),
    bad(400, 'BAD_REQUEST', 'GET', b'/plugins', 'a zero', **_version('2.01')),
    bad(400, 'BAD_REQUEST', 'GET', b'/plugins', 'without end',
        **_version('2.' + '9' * 5000)),
    bad(406, 'NOT_ACCEPTABLE', 'GET', b'/plugins', 'new', **_version('2.1')),
    bad(406, 'NOT_ACCEPTABLE', 'GET', b'/plugins', 'old', **_version('1.1')),
    bad(406, 'NOT_ACCEPTABLE', 'POST', b'/clusters', 'next',
        **_version('3.0')),
)  # fmt: skip

PATHS = (
    unrouted('GET', b'/nothing', 'an unknown word'),
    unrouted('GET', b'/clusters/{cluster}/nothing', 'below a cluster'),
    unrouted('GET', b'/clusters/{cluster}/progress/1', 'below progress'),
    unrouted('GET', b'/clusters/{cluster}/provisioning/1', 'nor there'),
    unrouted('GET', b'/jobs', 'what is not offered'),
    unrouted('GET', b'/data-sources', 'nor is that'),
    unrouted('GET', b'/.json', 'only a suffix'),
    unrouted('GET', b'/clusters.xml', 'another suffix'),
    unrouted('GET', b'/%ff', 'not UTF-8'),
    unrouted('GET', b'/a/b/c/d', 'a long way'),
    unrouted('GET', b'/images/{unknown}/tags', 'of version 2', versions=V1),
    unrouted('POST', b'/images/{unknown}/tag', 'of version 1.1',
             versions=V2),
    bad(401, PLAIN, 'GET', _OTHER + b'/clusters', 'another project'),
    bad(401, PLAIN, 'GET', b'/other/clusters', 'in other words'),
    bad(401, PLAIN, 'POST', _OTHER + b'/clusters', 'another, again'),
    bad(401, PLAIN, 'GET', b'/%ff/clusters', 'one that is not UTF-8'),
    missing('GET', b'/clusters/{unknown}', 'no such cluster'),
    missing('GET', b'/clusters/x', 'a short id'),
    missing('GET', b'/clusters/%ff', 'an id that is not UTF-8'),
    missing('GET', b'/clusters/%00', 'NUL as id'),
    missing('GET', b'/clusters/' + b'x' * 4000, 'a long id'),
    missing('GET', b'/clusters/%F0%9F%98%80', 'an emoji as id'),
    missing('GET', b'/clusters/{unknown}/progress', 'of no cluster'),
    missing('GET', b'/clusters/{unknown}/provisioning', 'nor that'),
    missing('GET', b'/clusters/%ff/provisioning', 'not UTF-8'),
    missing('GET', b'/clusters/%00/provisioning', 'NUL as id'),
    missing('GET', b'/clusters/multiple', 'not a cluster'),
    missing('PATCH', b'/clusters/{unknown}', 'no such cluster', body={}),
    missing('PUT', b'/clusters/{unknown}', 'no such cluster',
            body={'resize_node_groups': [{'name': 'w', 'count': 1}]}),
    missing('DELETE', b'/clusters/{unknown}', 'no such cluster'),
    missing('GET', b'/plugins/{unknown}', 'no such plugin'),
    missing('GET', b'/plugins/%ff/%ff', 'nor that'),
    missing('GET', b'/plugins/fake/7', 'no such version'),
    missing('GET', b'/cluster-templates/{unknown}', 'no such template'),
    missing('GET', b'/cluster-templates/{group_template}', 'another kind'),
    missing('GET', b'/cluster-templates/{unknown}/export', 'no template'),
    missing('DELETE', b'/cluster-templates/%00', 'NUL as id'),
    missing('GET', b'/node-group-templates/{unknown}', 'no such template'),
    missing('GET', b'/node-group-templates/{template}', 'another kind'),
    missing('DELETE', b'/node-group-templates/{unknown}', 'no template'),
    bad(400, 'IMAGE_NOT_REGISTERED', 'GET', b'/images/{unknown}', 'none'),
    bad(400, 'IMAGE_NOT_REGISTERED', 'GET', b'/images/%00', 'NUL'),
    bad(400, 'IMAGE_NOT_REGISTERED', 'DELETE', b'/images/x', 'none to go'),
)  # fmt: skip

METHODS = (
    *(
        bad(405, PLAIN, method, path, 'not here')
        for method, path in (
            ('PUT', b'/clusters'),
            ('PATCH', b'/clusters'),
            ('DELETE', b'/clusters'),
            ('POST', b'/clusters/{cluster}'),
            ('POST', b'/clusters/{cluster}/progress'),
            ('DELETE', b'/clusters/{cluster}/progress'),
            ('POST', b'/clusters/{cluster}/provisioning'),
            ('POST', b'/plugins'),
            ('PATCH', b'/plugins/fake'),
            ('DELETE', b'/plugins/fake/0.1'),
            ('POST', b'/images'),
            ('PATCH', b'/images/{unknown}'),
            ('DELETE', b'/cluster-templates'),
            ('POST', b'/cluster-templates/{template}'),
            ('POST', b'/cluster-templates/{template}/export'),
            ('PUT', b'/node-group-templates'),
            ('TRACE', b'/clusters'),
            ('BREW', b'/clusters'),
        )
    ),
    bad(405, PLAIN, 'PATCH', b'/cluster-templates/{template}', 'of version 2',
        versions=V1, body={}),
    bad(405, PLAIN, 'PUT', b'/cluster-templates/{template}', 'of version 1.1',
        versions=V2, body={}),
    bad(405, PLAIN, 'POST', b'/clusters/multiple', 'of version 1.1',
        versions=V2, body={}),
)  # fmt: skip

HEADERS = (
    bad(406, PLAIN, 'GET', b'/clusters', 'only a page',
        headers=(('Accept', 'text/html'),)),
    bad(406, PLAIN, 'GET', b'/plugins', 'JSON is not wanted',
        headers=(('Accept', 'application/json;q=0'),)),
    bad(400, 'INVALID_DATA', 'POST', b'/clusters', 'XML',
        **_header('Content-Type', 'application/xml')),
    bad(400, 'INVALID_DATA', 'POST', b'/clusters', 'a form',
        **_header('Content-Type', 'application/x-www-form-urlencoded')),
    bad(400, 'INVALID_DATA', 'PATCH', b'/clusters/{cluster}', 'text',
        **_header('Content-Type', 'text/plain')),
)  # fmt: skip
