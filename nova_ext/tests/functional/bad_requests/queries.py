# SPDX-License-Identifier: Apache-2.0
"""Bad query parameters."""

from collections.abc import Iterator

from nova_ext.tests.functional.bad_requests.cases import Bad
from nova_ext.tests.functional.bad_requests.cases import bad
from nova_ext.tests.functional.bad_requests.cases import invalid

_ACTIONS = b'/servers/{server}/os-instance-actions'
_LISTS = (_ACTIONS, b'/os-migrations', b'/servers', b'/flavors')
_LIMITS = (
    (b'-1', 'negative'),
    (b'abc', 'a word'),
    (b'', 'empty'),
    (b'1.0', 'not whole'),
    (b'%201', 'a space before'),
    (b'%2B1', 'a sign before'),
    (b'%D9%A1', 'a digit of another script'),
    (b'%00', 'NUL'),
    (b'9' * 5000, 'longer than Python reads'),
)
_TIMES = (
    (b'', 'empty'),
    (b'yesterday', 'a word'),
    (b'2020-13-01', 'month 13'),
    (b'2020-02-30T00:00:00Z', 'February 30'),
    (b'2020-01-01T24:00:00Z', 'hour 24'),
    (b'2020-01-01T00:00:60Z', 'second 60'),
    (b'2020-01-01t00:00:00z', 'lower case'),
    (b'%202020-01-01', 'a space before'),
    (b'2020-01-01T00:00:00+01:00', 'a plus that is a space'),
    (b'0000-01-01', 'year 0'),
    (b'%00', 'NUL'),
    (b'9' * 40, 'a number without end'),
)


def _limits() -> Iterator[Bad]:
    for path in _LISTS:
        for text, why in _LIMITS:
            yield _list(path + b'?limit=' + text, f'limit: {why}')
    for path in _LISTS[:2]:
        yield _list(path + b'?limit=1&limit=2', 'limit twice')
        yield _list(path + b'?marker=a&marker=b', 'marker twice')


def _markers() -> Iterator[Bad]:
    for path in _LISTS:
        for text in (b'{unknown}', b'nothing', b'%00'):
            yield _list(path + b'?marker=' + text, f'marker {text!r}')
    yield _list(_ACTIONS + b'?marker=', 'an empty marker')
    yield _list(b'/flavors?marker=', 'an empty marker, flavors')
    yield _list(b'/os-migrations?marker=999', 'the number of none')
    yield _list(_ACTIONS + b'?marker={server}', 'the id of a server')


def _times() -> Iterator[Bad]:
    for path in (_ACTIONS, b'/os-migrations', b'/servers'):
        for text, why in _TIMES:
            yield _list(path + b'?changes-since=' + text, f'since: {why}')
    for path in (_ACTIONS, b'/os-migrations', b'/servers'):
        yield _list(
            path + b'?changes-since=2020-01-02&changes-before=2020-01-01',
            'ends before it begins',
        )
    yield _list(_ACTIONS + b'?changes-before=x', 'before: a word')
    yield _list(_ACTIONS + b'?changes-before=2020', 'too early', '2.65')
    yield _list(b'/os-migrations?changes-before=2020', 'too early', '2.65')
    yield _list(
        _ACTIONS + b'?changes-since=2020&changes-since=2021', 'since twice'
    )


def _unknown() -> Iterator[Bad]:
    for path, version in (
        (_ACTIONS, '2.58'),
        (b'/os-migrations', '2.59'),
        (b'/servers', '2.75'),
        (b'/servers/detail', '2.75'),
        (b'/flavors', '2.75'),
        (b'/os-services', '2.75'),
        (b'/os-keypairs', '2.75'),
    ):
        yield _list(path + b'?nonsense=1', 'an unknown parameter', version)
    yield _list(_ACTIONS + b'?offset=1', 'offset')
    yield _list(b'/os-migrations?project_id=x', 'too early', '2.59')
    yield _list(b'/os-migrations?user_id=x', 'too early', '2.79')
    yield _list(b'/os-migrations?user_id=a&user_id=b', 'user twice')
    yield _list(b'/os-migrations?uuid={unknown}', 'uuid')


def _list(path: bytes, why: str, version: str = '2.80') -> Bad:
    return invalid('GET', path, why, version=version, user='admin')


ENCODING = tuple(
    _list(path + b'?' + text, f'{text!r} is not UTF-8')
    for path in (_ACTIONS, b'/os-migrations', b'/servers')
    for text in (b'limit=%FF', b'%FF=1', b'marker=\xff')
)
NUL = tuple(
    _list(path + b'?' + text, f'{text!r} holds NUL', '2.1')
    for path in (*_LISTS, b'/servers/detail', b'/os-services')
    for text in (b'name=a%00', b'%00=1', b'host=%00', b'instance_uuid=%00')
)
SERVERS = (
    _list(b'/servers?status=nonsense', 'no such status', '2.38'),
    _list(b'/servers?sort_key=nonsense', 'no such key'),
    _list(b'/servers?sort_dir=sideways', 'no such direction'),
    _list(b'/servers?sort_dir=asc&sort_dir=asc', 'more directions than keys'),
    _list(b'/servers?all_tenants=maybe', 'neither yes nor no'),
    _list(b'/servers?locked=maybe', 'neither locked nor not'),
    _list(b'/servers?changes-since=x&changes-before=y', 'two words'),
    _list(b'/flavors?minRam=much', 'no number'),
    _list(b'/flavors?sort_key=nonsense', 'no such key, flavors'),
    _list(b'/flavors?sort_dir=sideways', 'no such direction, flavors'),
    bad(
        403,
        'forbidden',
        'GET',
        b'/servers?all_tenants=1',
        'other projects are for operators',
    ),
    bad(
        403,
        'forbidden',
        'GET',
        b'/servers?status=deleted',
        'deleted servers are for operators',
    ),
    bad(
        403,
        'forbidden',
        'GET',
        b'/servers?sort_key=host',
        'hosts are for operators',
    ),
)
_TASKS = b'/servers/{server}/tasks'
_MANY = b'&'.join([b'name=a'] * 1001)
_MANY_NAMES = b'&'.join(b'a%d=1' % number for number in range(1001))
LONG = (
    *(
        _list(path + b'?' + many, 'more parameters than are looked at')
        for path in (*_LISTS, b'/servers/detail', _TASKS)
        for many in (_MANY, _MANY_NAMES)
    ),
    *(
        _list(path + name + b'=' + b'a' * 1025, 'a long pattern')
        for path in (b'/servers?', b'/servers/detail?')
        for name in (b'name', b'ip', b'hostname', b'not-tags')
    ),
)
_ODD_LIMITS = (str(10**30).encode(), b'9' * 4000, b'000', b'1%0A')
_ODD_TIMES = (
    b'2020',
    b'20200101T000000Z',
    b'2020-01-01%2000:00:00',
    b'9999-12-31T23:59:59-14:00',
    b'0001-01-01T00:00:00%2B14:00',
)
#: What looks bad and is not.
ODD = (
    *(
        path + b'?limit=' + limit
        for path in (*_LISTS, b'/servers/detail', b'/flavors/detail')
        for limit in _ODD_LIMITS
    ),
    *(
        path + b'?changes-since=' + moment
        for path in (_ACTIONS, b'/os-migrations', b'/servers')
        for moment in _ODD_TIMES
    ),
    b'/servers?marker=',
    b'/os-migrations?marker=',
    b'/os-migrations?status=a&status=b',
    b'/servers?' + b'&'.join([b'name=a'] * 1000),
    b'/servers?' + b'&'.join([b'sort_key=uuid'] * 1000),
    b'/servers?name=' + b'a' * 1024,
    b'/servers?name=' + b'[b-%EF%BF%BD]' * 60,
)
QUERIES = (
    *_limits(),
    *_markers(),
    *_times(),
    *_unknown(),
    *ENCODING,
    *NUL,
    *SERVERS,
    *LONG,
)
