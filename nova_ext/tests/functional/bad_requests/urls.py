# SPDX-License-Identifier: Apache-2.0
"""Bad paths, methods, versions and headers."""

from nova_ext.tests.functional.bad_requests.cases import bad
from nova_ext.tests.functional.bad_requests.cases import invalid
from nova_ext.tests.functional.bad_requests.cases import missing
from nova_ext.tests.functional.bad_requests.cases import PLAIN
from nova_ext.tests.functional.bad_requests.cases import unrouted

_ACTIONS = b'/servers/{server}/os-instance-actions'
_MIGRATIONS = b'/servers/{server}/migrations'
_XML = (('Content-Type', 'application/xml'),)
_FORM = (('Content-Type', 'application/x-www-form-urlencoded'),)


def _header(name: str, value: str) -> dict[str, object]:
    return {'version': None, 'headers': ((name, value),)}


def _new(value: str) -> dict[str, object]:
    return _header('OpenStack-API-Version', value)


def _legacy(value: str) -> dict[str, object]:
    return _header('X-OpenStack-Nova-API-Version', value)


VERSIONS = (
    invalid('GET', b'/servers', 'a word as version', **_new('compute abc')),
    invalid('GET', b'/servers', 'LATEST', **_new('compute LATEST')),
    invalid('GET', b'/servers', 'major only', **_new('compute 2')),
    invalid('GET', b'/servers', 'a leading zero', **_new('compute 2.01')),
    invalid('GET', b'/servers', 'two versions', **_new('compute 2.1 2.2')),
    invalid('GET', b'/servers', 'a negative minor', **_new('compute 2.-1')),
    invalid('GET', b'/servers', 'three parts', **_new('compute 2.1.0')),
    invalid('GET', b'/servers', 'service in the old header',
            **_legacy('compute 2.21')),
    invalid('GET', b'/servers', 'a word in the old header', **_legacy('abc')),
    invalid('GET', b'/servers', 'nothing in the old header', **_legacy('')),
    invalid('GET', b'/servers', 'a number without end',
            **_new('compute 2.' + '9' * 5000)),
    bad(406, 'computeFault', 'GET', b'/servers', 'newer than any',
        **_new('compute 2.999')),
    bad(406, 'computeFault', 'GET', b'/servers', 'older than any',
        **_new('compute 2.0')),
    bad(406, 'computeFault', 'GET', b'/servers', 'another major',
        **_new('compute 3.0')),
    bad(406, 'computeFault', 'GET', b'/servers', 'absurdly new',
        **_new('compute 2.' + '9' * 30)),
    unrouted('GET', b'/nothing', 'bad version on no path',
             **_new('compute abc')),
    missing('GET', _MIGRATIONS, 'list before 2.23', version='2.22'),
    missing('GET', _MIGRATIONS + b'/1', 'show before 2.23', version='2.22'),
    missing('DELETE', _MIGRATIONS + b'/1', 'abort before 2.24',
            version='2.23'),
    missing('POST', _MIGRATIONS + b'/1/action', 'force before 2.22',
            version='2.21', body={'force_complete': None}),
    missing('PUT', b'/os-services/force-down', 'too early', version='2.10',
            user='admin',
            body={'host': 'h', 'binary': 'nova-compute'}),
    missing('PUT', b'/os-services/{unknown}', 'update too early',
            version='2.52', user='admin',
            body={'host': 'h', 'binary': 'nova-compute'}),
)  # fmt: skip

PATHS = (
    unrouted('GET', b'/nothing', 'no such collection'),
    unrouted('GET', b'/servers/', 'a slash too many'),
    unrouted('GET', b'/servers.json', 'a suffix'),
    unrouted('GET', b'/servers/{server}/nothing', 'no such part'),
    unrouted('GET', b'/servers/{server}/os-instance-actions/a/b', 'too deep'),
    unrouted('GET', b'/servers/a%2Fb', 'an encoded slash'),
    unrouted('GET', b'/servers/%00/a', 'NUL and more'),
    unrouted('GET', b'/UPPER-case/servers', 'no project has this id'),
    invalid('GET', b'/abcdef0123456789/servers', 'another project'),
    invalid('POST', b'/abcdef0123456789/servers', 'another project, POST',
            body={}),
    missing('GET', b'/servers/%FF%FE', 'not UTF-8'),
    missing('GET', b'/servers/\xff\xfe', 'not UTF-8, unescaped'),
    missing('GET', b'/servers/%00', 'NUL'),
    missing('GET', b'/servers/%F0%9F%A6%8A', 'a fox'),
    missing('GET', b'/servers/' + b'a' * 3000, 'a long id'),
    missing('GET', b'/servers/{unknown}', 'an unknown id'),
    missing('GET', b'/servers/not-a-uuid', 'no id at all'),
    missing('GET', b'/servers/{server}', 'another project', user='alt'),
    missing('GET', _ACTIONS, 'another project, actions', user='alt'),
    missing('GET', _ACTIONS + b'/999', 'no request has this id'),
    missing('GET', _ACTIONS + b'/%FF', 'request id not UTF-8'),
    missing('GET', _ACTIONS + b'/%00', 'NUL as request id'),
    missing('GET', b'/servers/{unknown}/os-instance-actions',
            'actions of an unknown server'),
    missing('GET', b'/servers/{unknown}/os-instance-actions',
            'actions of an unknown server, early', version='2.1'),
    missing('GET', b'/servers/{unknown}/migrations',
            'migrations of an unknown server', user='admin'),
    *(
        missing('GET', _MIGRATIONS + b'/' + text, why, user='admin')
        for text, why in (
            (b'999999', 'no migration has this number'),
            (b'abc', 'a word'),
            (b'1.5', 'not a whole number'),
            (b'-1', 'a negative number'),
            (b'%D9%A1', 'a digit of another script'),
            (b'{unknown}', 'a uuid'),
            (b'99999999999999999999999999', 'a huge number'),
            (b'0x1', 'a hexadecimal number'),
            (b'%20', 'a space'),
            (b'%00', 'NUL'),
        )
    ),
    missing('GET', b'/flavors/99', 'no such flavor'),
    missing('GET', b'/flavors/%FF', 'flavor not UTF-8'),
    missing('GET', b'/extensions/nothing', 'no such extension'),
    missing('GET', b'/versions/v9', 'no such version'),
    missing('GET', b'/images/{unknown}', 'images are gone', version='2.36'),
    missing('PUT', b'/os-services/{unknown}', 'no such service',
            user='admin', body={'status': 'enabled'}),
    invalid('PUT', b'/os-services/1', 'a number for a uuid', user='admin',
            body={'status': 'enabled'}),
    invalid('DELETE', b'/os-services/{unknown}', 'a uuid for a number',
            version='2.52', user='admin'),
    invalid('DELETE', b'/os-services/%D9%A1', 'not a Western digit',
            version='2.52', user='admin'),
    missing('DELETE', b'/os-services/99999999999999999999', 'a huge number',
            version='2.52', user='admin'),
    missing('DELETE', b'/servers/{unknown}', 'delete an unknown server'),
    missing('DELETE', b'/servers/not-a-uuid', 'delete no id'),
    missing('PUT', b'/servers/{unknown}', 'rename an unknown server',
            body={'server': {'name': 'x'}}),
)  # fmt: skip

METHODS = (
    unrouted('PUT', b'/servers', 'PUT on a list'),
    unrouted('DELETE', b'/servers', 'DELETE of a list'),
    unrouted('PATCH', b'/servers/{server}', 'PATCH'),
    unrouted('POST', b'/servers/{server}', 'POST on a server'),
    unrouted('GET', b'/servers/{server}/action', 'GET of actions'),
    unrouted('POST', _ACTIONS, 'POST on a history'),
    unrouted('DELETE', _ACTIONS + b'/x', 'DELETE of history'),
    unrouted('POST', b'/os-migrations', 'POST on migrations'),
    unrouted('GET', b'/os-migrations/1', 'GET of a migration'),
    unrouted('PUT', _MIGRATIONS + b'/1', 'PUT of a migration'),
    unrouted('POST', b'/os-services', 'POST on services'),
    unrouted('TRACE', b'/servers', 'TRACE'),
    unrouted('BREW', b'/servers', 'an unknown method'),
)  # fmt: skip

HEADERS = (
    bad(415, 'badMediaType', 'POST', b'/servers', 'XML', headers=_XML,
        body=b'<server/>'),
    bad(415, 'badMediaType', 'POST', b'/servers', 'a form', headers=_FORM,
        body=b'a=b'),
    bad(415, 'badMediaType', 'GET', b'/servers', 'XML in a GET',
        headers=_XML),
    bad(415, 'badMediaType', 'POST', b'/servers/{server}/action',
        'an action in XML', headers=_XML, body=b'<reboot/>'),
    bad(415, 'badMediaType', 'POST', b'/servers', 'no type at all',
        headers=(('Content-Type', 'nonsense'),), body=b'{}'),
    bad(413, PLAIN, 'POST', b'/servers', 'a huge body',
        body=b'{"server": "' + b'x' * 114688 + b'"}'),
    bad(413, PLAIN, 'POST', b'/servers/{server}/action', 'a huge action',
        body=b'{"os-stop": "' + b'x' * 200000 + b'"}'),
)  # fmt: skip
