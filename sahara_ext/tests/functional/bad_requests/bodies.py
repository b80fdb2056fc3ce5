# SPDX-License-Identifier: Apache-2.0
"""Bad bodies: what is not JSON, and JSON that makes no sense."""

from collections.abc import Callable, Iterator
from typing import Any

from sahara_ext.tests.functional import base
from sahara_ext.tests.functional.bad_requests.cases import Bad
from sahara_ext.tests.functional.bad_requests.cases import bad
from sahara_ext.tests.functional.bad_requests.cases import dangling
from sahara_ext.tests.functional.bad_requests.cases import invalid
from sahara_ext.tests.functional.bad_requests.cases import malformed
from sahara_ext.tests.functional.bad_requests.cases import V1
from sahara_ext.tests.functional.bad_requests.cases import V2

_ALL = b'/clusters'
_ONE = b'/clusters/{cluster}'
_MANY = b'/clusters/multiple'
_TEMPLATES = b'/cluster-templates'
_GROUPS = b'/node-group-templates'
_IMAGE = b'/images/{unknown}'

#: Not JSON, or nothing that can be stored.
_RAW = (
    (b'{', 'half of it'),
    (b'{"name": }', 'a gap'),
    (b"{'name': 'x'}", 'single quotes'),
    (b'{"name": "x"} more', 'something behind'),
    (b'\xff\xfe', 'not UTF-8'),
    (b'{"name": "\xff"}', 'not UTF-8 inside'),
    (b'\x00', 'NUL'),
    (b'{"name": "a\\u0000b"}', 'NUL inside'),
    (b'{"a\\u0000": 1}', 'NUL in a key'),
    (b'{"name": "\\ud800"}', 'half of a character'),
    ('{"name": "x"}'.encode('utf-16'), 'another encoding'),
    (b'{"name": NaN}', 'not a number'),
    (b'{"name": 1e999}', 'more than a number'),
    (b'{"name": -Infinity}', 'infinitely little'),
    (b'{"name": ' + b'9' * 5000 + b'}', 'more digits than Python reads'),
    (b'name', 'a bare word'),
    (b'[' * 50000, 'deep nesting'),
    (b'{"a":' * 15000 + b'1' + b'}' * 15000, 'deep objects'),
    (b'{"a":' * 900 + b'1' + b'}' * 900, 'rather deep objects'),
)
#: JSON, but not an object.
_VALUES = (b'null', b'[]', b'"x"', b'1', b'true')


def _raw() -> Iterator[Bad]:
    for method, path in (
        ('POST', _ALL),
        ('PUT', _ONE),
        ('PATCH', _ONE),
        ('POST', _TEMPLATES),
        ('POST', _GROUPS),
        ('POST', _IMAGE),
    ):
        for text, why in _RAW[:-1]:
            yield malformed(method, path, why, body=text)
        for text in _VALUES:
            yield invalid(method, path, 'no object', body=text)
    yield Bad(_RAW[-1][1], 'POST', _ALL, 400, '*', body=_RAW[-1][0])
    for text in (*_VALUES, b''):
        yield invalid('POST', _ALL, 'nothing', body=text)
        yield invalid('POST', _GROUPS, 'nothing', body=text)


def _cluster(ask: Callable[..., Bad], why: str, **change: Any) -> Bad:
    says = next(iter(change))
    body = base.cluster(**{'name': 'another', **change})
    return ask('POST', _ALL, why, body=body, says=says)


def _group(ask: Callable[..., Bad], why: str, **change: Any) -> Bad:
    group = {**base.group(), **change}
    group = {k: v for k, v in group.items() if v is not ...}
    body = base.cluster(name='another', node_groups=[group])
    return ask('POST', _ALL, why, body=body, says=next(iter(change)))


CLUSTERS = (
    _cluster(invalid, 'no name', name=...),
    _cluster(invalid, 'an empty name', name=''),
    _cluster(invalid, 'a blank name', name=' '),
    _cluster(invalid, 'a long name', name='x' * 51),
    _cluster(invalid, 'a number as name', name=1),
    _cluster(invalid, 'null as name', name=None),
    _cluster(invalid, 'a name of no host', name='a_b'),
    _cluster(invalid, 'a name with a digit first', name='1a'),
    _cluster(invalid, 'a name with a line feed', name='a\n'),
    _cluster(invalid, 'a name with an accent', name='é'),
    _cluster(invalid, 'a name that ends in a dash', name='a-'),
    _cluster(invalid, 'no plugin', plugin_name=...),
    _cluster(invalid, 'a list of plugins', plugin_name=['fake']),
    _cluster(invalid, 'a version that is a number', hadoop_version=0.1),
    _cluster(invalid, 'an image that is no uuid', default_image_id='x'),
    _cluster(invalid, 'a network that is no uuid',
             neutron_management_network='x'),
    _cluster(invalid, 'configs that are a list', cluster_configs=[]),
    _cluster(invalid, 'a target without configs', cluster_configs={'a': 1}),
    _cluster(invalid, 'a config that is a list',
             cluster_configs={'fake': {'seconds': []}}),
    _cluster(invalid, 'a config that is null',
             cluster_configs={'fake': {'seconds': None}}),
    _cluster(invalid, 'an astronomic config',
             cluster_configs={'fake': {'seconds': 10**300}}),
    _cluster(invalid, 'a word as affinity', anti_affinity='datanode'),
    _cluster(invalid, 'a template that is no uuid', cluster_template_id='x'),
    _cluster(invalid, 'a template that is null', cluster_template_id=None),
    _cluster(invalid, 'a key with a slash', user_keypair_id='a/b'),
    _cluster(invalid, 'a key that is null', user_keypair_id=None),
    _cluster(invalid, 'a maybe', is_transient='no'),
    _cluster(invalid, 'a public maybe', is_public='yes'),
    _cluster(invalid, 'a protected number', is_protected=1),
    _cluster(invalid, 'a number as description', description=1),
    _cluster(invalid, 'a long description', description='x' * 65536),
    _cluster(invalid, 'a share without an id', shares=[{}]),
    _cluster(invalid, 'no shares but null', shares=None),
    _cluster(invalid, 'a share without a level of access',
             shares=[{'id': base.UNKNOWN, 'access_level': 'x'}]),
    _cluster(invalid, 'a long domain', domain_name='x' * 256),
    _cluster(invalid, 'an unknown property', nonsense=1),
    _cluster(invalid, 'a property of the service', status='Active'),
    _cluster(invalid, 'an owner', tenant_id='x'),
    _cluster(invalid, 'a word as node groups', node_groups='x'),
    _cluster(invalid, 'a node group that is null', node_groups=[None]),
    _group(invalid, 'no name of a group', name=...),
    _group(invalid, 'a long name of a group', name='x' * 51),
    _group(invalid, 'no count', count=...),
    _group(invalid, 'a word as count', count='2'),
    _group(invalid, 'half an instance', count=1.5),
    _group(invalid, 'true instances', count=True),
    _group(invalid, 'a negative count', count=-1),
    _group(invalid, 'a count no column holds', count=10**12),
    _group(invalid, 'no flavor', flavor_id=...),
    _group(invalid, 'a flavor that is null', flavor_id=None),
    _group(invalid, 'a word as flavor', flavor_id='small'),
    _group(invalid, 'half a flavor', flavor_id=1.5),
    _group(invalid, 'no processes', node_processes=[]),
    _group(invalid, 'a word as process', node_processes='datanode'),
    _group(invalid, 'negative volumes', volumes_per_node=-1),
    _group(invalid, 'volumes of no size', volumes_size=0),
    _group(invalid, 'volumes of any size', volumes_size=2**31),
    _group(invalid, 'no path', volume_mount_prefix='x'),
    _group(invalid, 'a group of maybe', auto_security_group='x'),
    _group(invalid, 'an unknown property of a group', nonsense=1),
    _group(invalid, 'a template that is a word', node_group_template_id='x'),
    _group(invalid, 'a long pool', floating_ip_pool='x' * 256),
    _group(invalid, 'a number as zone', availability_zone=1),
    dangling('POST', _ALL, 'an unknown plugin', says='none',
             body=base.cluster(plugin_name='none')),
    dangling('POST', _ALL, 'an unknown version', says='7',
             body=base.cluster(hadoop_version='7')),
    dangling('POST', _ALL, 'an unknown process', says='oozie',
             body=base.cluster(
                 node_groups=[base.group(node_processes=['oozie'])])),
    dangling('POST', _ALL, 'an unknown process to be apart', says='oozie',
             body=base.cluster(anti_affinity=['oozie'])),
    dangling('POST', _ALL, 'an unknown target', says='HDFS',
             body=base.cluster(cluster_configs={'HDFS': {'a': 1}})),
    dangling('POST', _ALL, 'an unknown config', says='colour',
             body=base.cluster(cluster_configs={'fake': {'colour': 1}})),
    dangling('POST', _ALL, 'an unknown config of a group', says='colour',
             body=base.cluster(node_groups=[
                 base.group(node_configs={'fake': {'colour': 1}})])),
    dangling('POST', _ALL, 'an unknown step to fail in', says='Dancing',
             body=base.cluster(
                 cluster_configs={'fake': {'fail_step': 'Dancing'}})),
    bad(400, 'NOT_FOUND', 'POST', _ALL, 'an unknown template',
        body=base.cluster(cluster_template_id=base.UNKNOWN)),
    bad(400, 'NOT_FOUND', 'POST', _ALL, 'an unknown template of a group',
        body=base.cluster(node_groups=[
            base.group(node_group_template_id=base.UNKNOWN)])),
    bad(400, 'INVALID_DATA', 'POST', _ALL, 'two groups of one name',
        body=base.cluster(node_groups=[base.group(), base.group()])),
    bad(400, 'INVALID_DATA', 'POST', _ALL, 'names too long for a host',
        body=base.cluster(name='x' * 50,
                          node_groups=[base.group('y' * 50)])),
    bad(400, 'INVALID_DATA', 'POST', _ALL, 'too many instances',
        body=base.cluster(node_groups=[base.group(count=10**6)])),
    bad(400, 'NAME_ALREADY_EXISTS', 'POST', _ALL, 'a name that is taken',
        body=base.cluster(name='active')),
)  # fmt: skip

SEVERAL = (
    *(
        invalid('POST', _MANY, why, versions=V1, says='count',
                body=base.cluster(**count))
        for count, why in (
            ({}, 'no count'),
            ({'count': 0}, 'none'),
            ({'count': -1}, 'fewer than none'),
            ({'count': '2'}, 'a word'),
            ({'count': 1001}, 'an army'),
        )
    ),
    *(
        invalid('POST', _ALL, why, versions=V2, says='count',
                body=base.cluster('v2', count=count))
        for count, why in ((0, 'none'), ('2', 'a word'), (None, 'null'))
    ),
    invalid('POST', _ALL, 'a count in version 1.1', versions=V1,
            says='count', body=base.cluster(count=2)),
)  # fmt: skip


def _scale(ask: Callable[..., Bad], why: str, body: Any, **more: Any) -> Bad:
    return ask('PUT', _ONE, why, body=body, **more)


def _resize(*groups: Any) -> Any:
    return {'resize_node_groups': list(groups)}


_WORKER = {'name': 'worker', 'count': 1}

SCALING = (
    _scale(invalid, 'nothing', {}, says='resize_node_groups'),
    _scale(invalid, 'no groups', _resize(), says='resize_node_groups'),
    _scale(invalid, 'a word', {'resize_node_groups': 'x'}),
    _scale(invalid, 'no count', _resize({'name': 'worker'}), says='count'),
    _scale(invalid, 'a negative count', _resize({**_WORKER, 'count': -1})),
    _scale(invalid, 'a word as count', _resize({**_WORKER, 'count': 'x'})),
    _scale(invalid, 'an absurd count', _resize({**_WORKER, 'count': 2**31})),
    _scale(invalid, 'no name', _resize({'count': 1}), says='name'),
    _scale(invalid, 'an unknown property', _resize({**_WORKER, 'x': 1})),
    _scale(invalid, 'instances in version 1.1',
           _resize({**_WORKER, 'instances': []}), versions=V1),
    _scale(invalid, 'a word as instances',
           _resize({**_WORKER, 'instances': 'x'}), versions=V2),
    _scale(invalid, 'an unknown key', {**_resize(_WORKER), 'x': 1}),
    _scale(invalid, 'null as new groups', {'add_node_groups': None}),
    _scale(invalid, 'a new group without anything',
           {'add_node_groups': [{}]}, says='flavor_id'),
    _scale(dangling, 'an unknown group',
           _resize({'name': 'none', 'count': 1}), says='none'),
    _scale(dangling, 'instances it does not have', versions=V2,
           body=_resize({**_WORKER, 'instances': ['x']})),
    _scale(dangling, 'an unknown process', says='oozie',
           body={'add_node_groups': [
               base.group('more', node_processes=['oozie'])]}),
    bad(400, 'INVALID_DATA', 'PUT', _ONE, 'a group twice', says='worker',
        body=_resize(_WORKER, {**_WORKER, 'count': 2})),
    bad(400, 'INVALID_DATA', 'PUT', _ONE, 'a group that is there',
        body={'add_node_groups': [base.group()]}),
    bad(400, 'INVALID_DATA', 'PUT', _ONE, 'too many instances',
        body=_resize({**_WORKER, 'count': 10**6})),
    bad(400, 'NOT_FOUND', 'PUT', _ONE, 'an unknown template',
        body={'add_node_groups': [
            base.group('more', node_group_template_id=base.UNKNOWN)]}),
    bad(400, 'UPDATE_FAILED', 'PUT', b'/clusters/{protected}', 'protected',
        body=_resize(_WORKER)),
    bad(400, 'UPDATE_FAILED', 'PUT', b'/clusters/{public}', 'not theirs',
        body=_resize(_WORKER)),
)  # fmt: skip

_UPDATES: tuple[dict[str, Any], ...] = (
    {'name': ''},
    {'name': None},
    {'name': 'x' * 51},
    {'description': 1},
    {'is_public': 'x'},
    {'is_protected': []},
    {'shares': {}},
    {'verification': {'status': 'STOP'}},
    {'verification': 'START'},
    {'status': 'Active'},
    {'plugin_name': 'fake'},
)

UPDATES = (
    *(
        invalid('PATCH', _ONE, 'a bad value', body=body,
                says=next(iter(body)))
        for body in _UPDATES
    ),
    invalid('PATCH', _ONE, 'of version 2', body={'update_keypair': True},
            versions=V1),
    invalid('PATCH', _ONE, 'a maybe', body={'update_keypair': 'x'},
            versions=V2),
    invalid('DELETE', _ONE, 'a maybe', body={'force': 'x'}, versions=V2),
    invalid('DELETE', _ONE, 'an unknown key', body={'x': 1}, versions=V2),
    malformed('DELETE', _ONE, 'no JSON', body=b'{', versions=V2),
    bad(400, 'CANNOT_VERIFY', 'PATCH', _ONE, 'no health checks',
        body={'verification': {'status': 'START'}}),
    bad(400, 'NOT_IMPLEMENTED', 'PATCH', _ONE, 'no new keys',
        body={'update_keypair': True}, versions=V2),
    bad(400, 'NAME_ALREADY_EXISTS', 'PATCH', _ONE, 'a name that is taken',
        body={'name': 'protected'}),
    bad(400, 'UPDATE_FAILED', 'PATCH', b'/clusters/{protected}', 'protected',
        body={'name': 'x'}),
    bad(400, 'UPDATE_FAILED', 'PATCH', b'/clusters/{public}', 'not theirs',
        body={'name': 'x'}),
    bad(400, 'DELETION_FAILED', 'DELETE', b'/clusters/{protected}',
        'protected'),
    bad(400, 'DELETION_FAILED', 'DELETE', b'/clusters/{public}', 'not theirs'),
)  # fmt: skip


def _template(why: str, **change: Any) -> Bad:
    body = base.template(name='another', **change)
    return invalid('POST', _TEMPLATES, why, body=body, says=next(iter(change)))


def _group_template(ask: Callable[..., Bad], why: str, **change: Any) -> Bad:
    body = base.template(
        **{
            'name': 'another',
            'node_groups': ...,
            'flavor_id': '1',
            'node_processes': ['datanode'],
            **change,
        }
    )
    return ask('POST', _GROUPS, why, body=body, says=next(iter(change)))


TEMPLATES = (
    _template('no plugin', plugin_name=...),
    _template('a template of a template', cluster_template_id=base.UNKNOWN),
    _template('a transient template', is_transient=True),
    _template('a word as configs', cluster_configs='x'),
    _template('a group without a flavor',
              node_groups=[base.group(flavor_id=None)]),
    _group_template(invalid, 'no flavor', flavor_id=...),
    _group_template(invalid, 'no processes', node_processes=...),
    _group_template(invalid, 'an empty name', name=''),
    _group_template(invalid, 'a count', count=1),
    _group_template(invalid, 'an image that is no uuid', image_id='x'),
    dangling('POST', _GROUPS, 'an unknown process',
             body=base.template(name='another', node_groups=..., flavor_id=1,
                                node_processes=['oozie'])),
    dangling('POST', _TEMPLATES, 'an unknown process',
             body=base.template(name='another', node_groups=[
                 base.group(node_processes=['oozie'])])),
    dangling('POST', _TEMPLATES, 'an unknown config',
             body=base.template(name='another',
                                cluster_configs={'x': {'y': 1}})),
    bad(400, 'NOT_FOUND', 'POST', _TEMPLATES, 'an unknown template',
        body=base.template(name='another', node_groups=[
            base.group(node_group_template_id=base.UNKNOWN)])),
    bad(400, 'NAME_ALREADY_EXISTS', 'POST', _TEMPLATES, 'a name taken',
        body=base.template(name='small')),
    bad(400, 'NAME_ALREADY_EXISTS', 'POST', _GROUPS, 'a name taken',
        body=base.template(name='workers', node_groups=..., flavor_id=1,
                           node_processes=['datanode'])),
    dangling('PUT', _TEMPLATES + b'/{template}', 'an unknown plugin',
             body={'plugin_name': 'none'}, versions=V1),
    dangling('PATCH', _GROUPS + b'/{group_template}', 'an unknown version',
             body={'plugin_version': '7'}, versions=V2),
    *(
        invalid('POST', _IMAGE, 'a bad value', body=body)
        for body in (
            {},
            {'username': ''},
            {'username': 1},
            {'username': 'x' * 256},
            {'username': 'u', 'x': 1},
            {'username': 'u', 'description': None},
        )
    ),
    *(
        invalid('POST', _IMAGE + b'/tag', 'bad tags', body=body, versions=V1)
        for body in ({}, {'tags': 'a'}, {'tags': ['a b']}, {'tags': [1]},
                     {'tags': ['x' * 256]}, {'tags': ['']})
    ),
    invalid('PUT', _IMAGE + b'/tags', 'bad tags', body={'tags': ['-']},
            versions=V2),
)  # fmt: skip

BODIES = (
    *_raw(),
    *CLUSTERS,
    *SEVERAL,
    *SCALING,
    *UPDATES,
    *TEMPLATES,
)
