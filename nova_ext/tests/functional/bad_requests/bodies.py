# SPDX-License-Identifier: Apache-2.0
"""Bad bodies: what is not JSON, and JSON that makes no sense."""

from collections.abc import Iterator
from typing import Any

from nova_ext.tests.functional.bad_requests.cases import Bad
from nova_ext.tests.functional.bad_requests.cases import bad
from nova_ext.tests.functional.bad_requests.cases import invalid
from nova_ext.tests.functional.bad_requests.cases import missing

_PUBLIC = (
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/Q'
    'EXn9OIeZJ'
)
_IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'
_ACTION = b'/servers/{server}/action'
_GOOD = {
    'name': 'x',
    'imageRef': _IMAGE,
    'flavorRef': '1',
    'networks': 'none',
}
_FILE = {'path': '/etc/motd', 'contents': 'YQ=='}
#: Not JSON, or not in UTF-8, wherever it is sent.
_RAW = (
    (b'', 'nothing'),
    (b'{', 'half of it'),
    (b'{"server": }', 'a gap'),
    (b"{'server': {}}", 'single quotes'),
    (b'{"server": {}} more', 'something behind'),
    (b'\xff\xfe', 'not UTF-8'),
    (b'{"server": {"name": "\xff"}}', 'not UTF-8 inside'),
    (b'\x00', 'NUL'),
    ('{"server": {}}'.encode('utf-16'), 'another encoding'),
    (b'\xef\xbb\xbf{', 'a byte order mark'),
    (b'{"server": NaN}', 'not a number'),
    (b'server', 'a bare word'),
    (b'[' * 50000, 'deep nesting'),
    (b'{"a":' * 15000 + b'1' + b'}' * 15000, 'deep objects'),
)
#: JSON, but not an object.
_VALUES = ((b'null', 'null'), (b'[]', 'a list'), (b'"x"', 'a string'),
           (b'1', 'a number'), (b'{}', 'an empty object'))  # fmt: skip


def _raw() -> Iterator[Bad]:
    for text, why in _RAW:
        yield invalid('POST', b'/servers', f'create: {why}', body=text)
        yield invalid('POST', _ACTION, f'action: {why}', body=text)
        yield invalid('PUT', b'/servers/{server}', f'PUT: {why}', body=text)
    for text, why in _VALUES:
        yield invalid('POST', b'/servers', f'create: {why}', body=text)
        yield invalid('PUT', b'/servers/{server}', f'PUT: {why}', body=text)


def _create(why: str, version: str = '2.80', **change: Any) -> Bad:
    server = {**_GOOD, **change}
    server = {k: v for k, v in server.items() if v is not ...}
    return invalid(
        'POST', b'/servers', why, body={'server': server}, version=version
    )


CREATE = (
    _create('no name', name=...),
    _create('an empty name', name=''),
    _create('a blank name', name='   '),
    _create('a long name', name='x' * 256),
    _create('a number as name', name=1),
    _create('NUL in the name', name='a\x00b'),
    _create('NUL in metadata', metadata={'a': 'b\x00c'}),
    _create('NUL in a key of metadata', metadata={'a\x00': 'b'}),
    _create('NUL in a tag', tags=['a\x00']),
    _create('NUL in what is not stored', adminPass='a\x00'),
    _create('half of a character in metadata', metadata={'a': '\ud800'}),
    _create('half of a character in a tag', tags=['\udfff']),
    invalid('POST', b'/servers', 'NUL in a hint', body={
        'server': _GOOD, 'os:scheduler_hints': {'group': 'a\x00'}}),
    _create('no flavor', flavorRef=...),
    _create('an empty flavor', flavorRef=''),
    _create('an unknown flavor', flavorRef='99'),
    _create('a list of flavors', flavorRef=['1']),
    _create('no image', imageRef=...),
    _create('an image that is no uuid', imageRef='image'),
    _create('no networks', networks=...),
    _create('an unknown word for networks', networks='some'),
    _create('a network without an id', networks=[{}]),
    _create('a network that is no uuid', networks=[{'uuid': 'x'}]),
    _create('an address that is none', networks=[{'fixed_ip': '1.2.3'}]),
    _create('a network that is a port of none', networks=[{'port': None}]),
    _create('a port twice', networks=[{'port': _IMAGE}, {'port': _IMAGE}]),
    _create('a port twice in two spellings',
            networks=[{'port': _IMAGE}, {'port': _IMAGE.upper()}]),
    _create('a port with an address',
            networks=[{'port': _IMAGE, 'fixed_ip': '192.0.2.1'}]),
    _create('a port of several servers',
            networks=[{'port': _IMAGE}], max_count=2),
    _create('an address of several servers', min_count=2,
            networks=[{'uuid': _IMAGE, 'fixed_ip': '192.0.2.1'}]),
    _create('an unknown security group', security_groups=[{'name': 'web'}]),
    _create('a security group without braces', security_groups=['default']),
    _create('more of a security group',
            security_groups=[{'name': 'default', 'id': 1}]),
    _create('an unknown key', key_name='unknown'),
    _create('files that are words', '2.56', personality=['/etc/motd']),
    _create('a file without contents', '2.56', personality=[{'path': '/a'}]),
    _create('a file without a path', '2.56',
            personality=[{'contents': 'YQ=='}]),
    _create('a file that is not base64', '2.56',
            personality=[{'path': '/a', 'contents': 'not base64!'}]),
    _create('more of a file', '2.56', personality=[
        {'path': '/a', 'contents': 'YQ==', 'mode': 'x'}]),
    _create('a URL of no flavor', flavorRef='http://[/flavors/99'),
    _create('a URL that ends too early', flavorRef='http://h/flavors/'),
    _create('a word too early', version='2.36', networks='auto'),
    _create('an unknown property', nonsense=1),
    _create('a description too early', version='2.18', description='x'),
    _create('a long description', description='x' * 256),
    _create('tags too early', version='2.51', tags=['a']),
    _create('a tag with a comma', tags=['a,b']),
    _create('a long tag', tags=['x' * 61]),
    _create('many tags', tags=[str(n) for n in range(51)]),
    _create('metadata that is a list', metadata=['a']),
    _create('metadata with a number', metadata={'a': 1}),
    _create('metadata with a long key', metadata={'k' * 256: 'v'}),
    _create('metadata with a long value', metadata={'k': 'v' * 256}),
    _create('metadata with an empty key', metadata={'': 'v'}),
    _create('a negative count', min_count=-1),
    _create('no servers', min_count=0),
    _create('a word as count', max_count='many'),
    _create('half a server', min_count=1.5),
    _create('an empty count', min_count=''),
    _create('a count longer than Python reads', min_count='0' * 5000 + '1'),
    _create('no count', min_count=None),
    _create('a flavor that is half', flavorRef=1.5),
    _create('a negative flavor', flavorRef=-1),
    _create('no name but null', name=None),
    _create('a password that is a number', adminPass=5),
    _create('data that is not base64', user_data='not base64!'),
    _create('a drive that may be', config_drive='maybe'),
    _create('more at least than at most', min_count=3, max_count=2),
    _create('an unknown zone', availability_zone='mars'),
    _create('a host too early', version='2.73', host='host1'),
    _create('a bad address', accessIPv4='1.2.3'),
    _create('a bad IPv6 address', accessIPv6='1.2.3.4'),
    _create('an unknown disk config', **{'OS-DCF:diskConfig': 'SOME'}),
    _create('half of a character', name='\ud800'),
    invalid('POST', b'/servers', 'an unknown host', user='admin',
            body={'server': {**_GOOD, 'host': 'nowhere'}}),
    bad(403, 'forbidden', 'POST', b'/servers', 'hosts are for operators',
        body={'server': {**_GOOD, 'host': 'host1'}}),
    bad(403, 'forbidden', 'POST', b'/servers', 'nor are nodes',
        body={'server': {**_GOOD, 'hypervisor_hostname': 'host1'}}),
    bad(403, 'forbidden', 'POST', b'/servers', 'nor hosts with a zone',
        body={'server': {**_GOOD, 'availability_zone': 'nova:host1'}}),
    bad(403, 'forbidden', 'POST', b'/servers', 'an absurd number of servers',
        body={'server': {**_GOOD, 'min_count': 10**12}}),
    bad(403, 'forbidden', 'POST', b'/servers', 'the same as a text',
        body={'server': {**_GOOD, 'min_count': '9' * 30}}),
    bad(403, 'forbidden', 'POST', b'/servers', 'a reader creates',
        user='reader', body={'server': _GOOD}),
    *(
        bad(403, 'forbidden', 'POST', b'/servers', why, version='2.56',
            body={'server': {**_GOOD, 'networks': [], 'personality': files}})
        for files, why in (
            ([_FILE] * 6, 'too many files'),
            ([{**_FILE, 'path': '/' * 256}], 'a file with a long path'),
            ([{**_FILE, 'contents': 'YWFh' * 2561}], 'a long file'),
        )
    ),
    bad(403, 'forbidden', 'POST', b'/servers', 'no disk for an image',
        body={'server': {**_GOOD, 'flavorRef': '9'}}),
    invalid('POST', b'/servers', 'two keys',
            body={'server': _GOOD, 'nonsense': 1}),
    invalid('POST', b'/servers', 'hints that are a number',
            body={'server': _GOOD, 'os:scheduler_hints': 5}),
    invalid('POST', b'/servers', 'a list of servers',
            body={'server': [_GOOD]}),
)  # fmt: skip


def _act(why: str, body: Any, version: str = '2.80', **more: Any) -> Bad:
    more = {'user': 'admin', **more}
    return invalid('POST', _ACTION, why, body=body, version=version, **more)


ACTIONS = (
    _act('no action', {}),
    _act('two actions', {'os-stop': None, 'os-start': None}),
    _act('an unknown action', {'dance': None}),
    _act('a list of one action', ['os-stop', 'os-start']),
    _act('an unknown action', {'dance': None}),
    _act('a reboot of no kind', {'reboot': {}}),
    _act('a reboot of no known kind', {'reboot': {'type': 'GENTLE'}}),
    _act('a reboot with more', {'reboot': {'type': 'HARD', 'x': 1}}),
    _act('a reboot that is null', {'reboot': None}),
    _act('no state', {'os-resetState': {}}),
    _act('an unknown state', {'os-resetState': {'state': 'happy'}}),
    _act('a resize to nothing', {'resize': {}}),
    _act('a resize to an unknown flavor', {'resize': {'flavorRef': '99'}}),
    _act('a resize to what it is', {'resize': {'flavorRef': '1'}}),
    _act('a resize to a URL', {'resize': {'flavorRef': 'http://h/2'}}),
    _act('a resize to no disk', {'resize': {'flavorRef': 9}}),
    _act('a rebuild with an unknown key',
         {'rebuild': {'imageRef': _IMAGE, 'key_name': 'unknown'}}, '2.54'),
    _act('a rebuild with files that are none',
         {'rebuild': {'imageRef': _IMAGE, 'personality': [1]}}, '2.56'),
    bad(403, 'forbidden', 'POST', _ACTION, 'a rebuild with many files',
        version='2.56', body={
            'rebuild': {'imageRef': _IMAGE, 'personality': [_FILE] * 6}}),
    _act('a rebuild from nothing', {'rebuild': {}}),
    _act('a rebuild from no uuid', {'rebuild': {'imageRef': 'x'}}),
    _act('a rebuild with more',
         {'rebuild': {'imageRef': _IMAGE, 'x': 1}}),
    _act('a rebuild with a key too early',
         {'rebuild': {'imageRef': _IMAGE, 'key_name': 'k'}}, '2.53'),
    _act('a migration with a bad host', {'migrate': {'host': 'a b'}}),
    _act('a migration to nowhere', {'migrate': {'host': 'nowhere'}}),
    _act('a migration with more', {'migrate': {'hosts': 'host2'}}),
    _act('a live migration to no place', {'os-migrateLive': {}}),
    _act('a live migration that is null', {'os-migrateLive': None}),
    _act('a live migration to nowhere',
         {'os-migrateLive': {'host': 'nowhere', 'block_migration': 'auto'}}),
    _act('force too late',
         {'os-migrateLive': {'host': None, 'block_migration': 'auto',
                             'force': True}}),
    _act('auto too early',
         {'os-migrateLive': {'host': None, 'block_migration': 'auto',
                             'disk_over_commit': False}}, '2.24'),
    _act('disk_over_commit too late',
         {'os-migrateLive': {'host': None, 'block_migration': 'auto',
                             'disk_over_commit': False}}, '2.25'),
    _act('an evacuation of a host alive', {'evacuate': {}}),
    _act('an evacuation with more', {'evacuate': {'x': 1}}),
    _act('an evacuation without onSharedStorage', {'evacuate': {}}, '2.13'),
    _act('onSharedStorage too late',
         {'evacuate': {'onSharedStorage': False}}, '2.14'),
    _act('force too late', {'evacuate': {'force': True}}, '2.68'),
    _act('a lock with more', {'lock': {'x': 1}}, '2.73'),
    _act('a lock without words', {'lock': {'locked_reason': ''}}, '2.73'),
    _act('a lock with many words',
         {'lock': {'locked_reason': 'x' * 256}}, '2.73'),
    _act('a lock with NUL', {'lock': {'locked_reason': 'a\x00'}}, '2.73'),
    _act('a lock with half of a character',
         {'lock': {'locked_reason': '\ud800'}}, '2.73'),
    _act('NUL in the name of an action', {'os-stop\x00': None}),
    _act('NUL in what is ignored', {'os-stop': 'a\x00'}),
    _act('a rebuild with NUL in metadata',
         {'rebuild': {'imageRef': _IMAGE, 'metadata': {'a': '\x00'}}}),
    _act('a rebuild with NUL in the description',
         {'rebuild': {'imageRef': _IMAGE, 'description': '\x00'}}),
    missing('POST', b'/servers/{unknown}/action', 'an unknown server',
            body={'os-stop': None}),
    missing('POST', _ACTION, 'another project', body={'os-stop': None},
            user='alt'),
    missing('POST', _ACTION, 'null', body=b'null'),
    missing('POST', _ACTION, 'a number', body=b'1'),
    bad(403, 'forbidden', 'POST', _ACTION, 'not for readers',
        body={'os-stop': None}, user='reader'),
    bad(403, 'forbidden', 'POST', _ACTION, 'for operators only',
        body={'os-resetState': {'state': 'error'}}),
    bad(409, 'conflictingRequest', 'POST', _ACTION, 'it runs already',
        body={'os-start': None}),
    bad(409, 'conflictingRequest', 'POST', _ACTION, 'it is not paused',
        body={'unpause': None}),
    bad(409, 'conflictingRequest', 'POST', _ACTION, 'it was not resized',
        body={'confirmResize': None}),
    bad(409, 'conflictingRequest', 'POST', _ACTION, 'nor reverted',
        body={'revertResize': None}),
)  # fmt: skip


def _put(why: str, body: Any, version: str = '2.80') -> Bad:
    path = b'/servers/{server}'
    return invalid('PUT', path, why, body=body, version=version)


OTHERS = (
    _put('an empty name', {'server': {'name': ''}}),
    _put('a list', {'server': []}),
    _put('NUL in the name', {'server': {'name': 'a\x00'}}),
    _put('an unknown property', {'server': {'nonsense': 1}}),
    _put('a description too early', {'server': {'description': 'x'}}, '2.18'),
    *(
        invalid('POST', b'/servers/{server}/migrations/1/action', why,
                body=body, user='admin')
        for body, why in (
            ({'force_complete': 'null'}, 'null as a string'),
            ({'force_complete': {}}, 'an object'),
            ({'force': None}, 'another word'),
            ({}, 'nothing'),
            (b'{', 'not JSON'),
        )
    ),
    bad(409, 'conflictingRequest', 'POST',
        b'/servers/{server}/migrations/99/action', 'it is not migrating',
        body={'force_complete': None}, user='admin'),
    bad(409, 'conflictingRequest', 'DELETE',
        b'/servers/{server}/migrations/99', 'there is nothing to abort',
        user='admin'),
    *(
        invalid('PUT', b'/os-services/disable-log-reason', why, user='admin',
                version='2.1', body=body)
        for body, why in (
            ({'host': 'h', 'binary': 'b'}, 'no reason'),
            ({'host': 'h', 'binary': 'b', 'disabled_reason': ''},
             'an empty reason'),
            ({'host': 'h', 'binary': 'b', 'disabled_reason': 'x' * 256},
             'a long reason'),
            ({'binary': 'b', 'disabled_reason': 'x'}, 'no host'),
            ({'host': 'h', 'disabled_reason': 'x'}, 'no binary'),
        )
    ),
    missing('PUT', b'/os-services/enable', 'no such host', user='admin',
            version='2.1', body={'host': 'nowhere', 'binary': 'nova-compute'}),
    *(
        invalid('PUT', b'/os-services/enable', 'only compute services',
                user='admin', version='2.1',
                body={'host': 'nowhere', 'binary': binary})
        for binary in ('nova-conductor', 'b')
    ),
    *(
        invalid('PUT', b'/os-services/{unknown}', why, user='admin',
                body=body)
        for body, why in (
            ({'status': 'asleep'}, 'no such status'),
            ({'forced_down': 'perhaps'}, 'neither yes nor no'),
            ({'disabled_reason': 1}, 'a number as reason'),
            ({'status': 'disabled', 'disabled_reason': '\x00'},
             'NUL in the reason'),
            ({'nonsense': 1}, 'an unknown property'),
        )
    ),
    *(
        invalid('POST', b'/os-keypairs', why, body={'keypair': keypair})
        for keypair, why in (
            ({}, 'no name'),
            ({'name': ''}, 'an empty name'),
            ({'name': 'x' * 256}, 'a long name'),
            ({'name': ' x'}, 'a space before the name'),
            ({'name': 'a@b'}, 'an odd character in the name'),
            ({'name': 'x\n'}, 'a line end in the name'),
            ({'name': 'x', 'type': 'dsa'}, 'no such type'),
            ({'name': 'x', 'public_key': None}, 'a null as key'),
            ({'name': 'x', 'public_key': ''}, 'an empty key'),
            ({'name': 'x', 'public_key': 'ssh-rsa'}, 'half a key'),
            ({'name': 'x', 'public_key': f'{_PUBLIC} a\x00'}, 'NUL'),
            ({'name': 'x', 'public_key': f'{_PUBLIC} {"x" * 16384}'},
             'a long key'),
            ({'name': 'x', 'public_key': _PUBLIC, 'type': 'x509'},
             'a key as certificate'),
            ({'name': 'x', 'nonsense': 1}, 'an unknown property'),
        )
    ),
    missing('GET', b'/os-keypairs/unknown', 'no such key'),
    missing('DELETE', b'/os-keypairs/unknown', 'no such key'),
    bad(403, 'forbidden', 'GET', b'/os-keypairs?user_id=other',
        'not for users'),
    bad(403, 'forbidden', 'GET', b'/os-services', 'not for users'),
    bad(403, 'forbidden', 'GET', b'/os-migrations', 'not for users'),
    bad(403, 'forbidden', 'GET', b'/os-migrations?project_id=' + b'f' * 32,
        'not for managers of others', user='manager'),
)  # fmt: skip

BODIES = (*_raw(), *CREATE, *ACTIONS, *OTHERS)
