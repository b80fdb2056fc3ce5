# SPDX-License-Identifier: Apache-2.0
"""Servers are listed as clients filter, sort and page them."""

import contextlib
import datetime

from ext_lib import exception
from ext_lib import paging
from ext_lib.paging import Page
from nova_ext.db.api import instance as instance_db
from nova_ext.db.api import instance_list as instance_list_db
from nova_ext.objects import system_metadata
from nova_ext.tests.unit.db import base

_DASHED = {
    name.replace('-', '_'): name
    for name in ('changes-since', 'tags-any', 'not-tags', 'not-tags-any')
}


class InstanceListTestCase(base.TestCase):
    def list(self, page=paging.ALL, context=None, **filters):
        return instance_list_db.instance_get_all_by_filters(
            context or self.context,
            {_DASHED.get(name, name): v for name, v in filters.items()},
            page,
        )

    def names(self, *args, **kwargs):
        return [row.display_name for row in self.list(*args, **kwargs)]


class TestVisibility(InstanceListTestCase):
    def setUp(self):
        super().setUp()
        self.instance(display_name='mine')
        self.instance(display_name='other', project_id=base.OTHER_PROJECT)

    def test_others_are_not_listed(self):
        self.assertEqual(['mine'], self.names())

    def test_not_even_on_request(self):
        self.assertEqual([], self.names(project_id=base.OTHER_PROJECT))

    def test_administrators_see_all(self):
        self.assertEqual(['other', 'mine'], self.names(context=self.admin))
        self.assertEqual(
            ['other'],
            self.names(context=self.admin, project_id=base.OTHER_PROJECT),
        )


class TestInstanceListPages(InstanceListTestCase):
    def setUp(self):
        super().setUp()
        self.uuids = [
            self.instance(display_name=str(i), metadata={'i': str(i)}).uuid
            for i in range(5)
        ]

    def test_newest_first(self):
        self.assertEqual(list('43210'), self.names())

    def test_limit_and_marker(self):
        self.assertEqual(list('43'), self.names(Page(limit=2)))
        self.assertEqual(
            list('21'), self.names(Page(limit=2, marker=self.uuids[3]))
        )

    def test_nothing_is_asked_for_nothing(self):
        self.assertEqual([], self.assertAsks(0, self.list, Page(limit=0)))

    def test_a_deleted_server_is_a_marker(self):
        instance_db.instance_destroy(self.context, self.uuids[3])
        self.assertEqual(list('210'), self.names(Page(marker=self.uuids[3])))

    def test_unknown_markers(self):
        other = self.instance(project_id=base.OTHER_PROJECT).uuid
        for marker in ('x', '', other, 'a\0'):
            self.assertRaises(
                exception.MarkerNotFound, self.list, Page(marker=marker)
            )

    def test_statements_do_not_grow_with_the_list(self):
        rows = self.assertAsks(2, self.list)
        self.assertEqual(
            [{'i': i} for i in '43210'], [row.metadata for row in rows]
        )
        self.assertAsks(2, self.list, Page(limit=3, marker=self.uuids[3]))

    def test_an_empty_list_asks_for_no_parts(self):
        self.assertEqual([], self.assertAsks(1, self.list, host='nowhere'))


class TestInstanceListFilters(InstanceListTestCase):
    def setUp(self):
        super().setUp()
        self.instance(display_name='web-1', host='host1', power_state=1)
        self.instance(
            display_name='web-2', host='host2', vm_state='stopped',
            locked=True,
        )  # fmt: skip
        self.instance(
            display_name='db-1', host='host1', vm_state='error',
            task_state='deleting', user_id='another-user',
        )  # fmt: skip

    def test_columns(self):
        self.assertEqual(['db-1', 'web-1'], self.names(host='host1'))
        self.assertEqual(['db-1'], self.names(user_id='another-user'))
        self.assertEqual(['web-2'], self.names(locked=True))

    def test_several_values(self):
        self.assertEqual(
            ['db-1', 'web-2'], self.names(vm_state=['stopped', 'error'])
        )
        self.assertEqual(
            ['web-2', 'web-1'], self.names(task_state=[None, 'spawning'])
        )

    def test_filters_add_up(self):
        self.assertEqual(
            ['db-1'], self.names(host='host1', vm_state=['error'])
        )

    def test_none_is_no_filter(self):
        self.assertEqual(3, len(self.names(host=None)))

    def test_names_are_patterns(self):
        self.assertEqual(['web-2', 'web-1'], self.names(display_name='web'))
        self.assertEqual(['db-1', 'web-1'], self.names(display_name='-1$'))
        self.assertEqual([], self.names(display_name='a\0'))

    def test_addresses_are_patterns(self):
        self.instance(display_name='v6', access_ip_v6='fe80::1')
        self.instance(display_name='v4', access_ip_v4='192.0.2.1')
        self.assertEqual(['v6'], self.names(access_ip_v6='^fe80.*1$'))
        self.assertEqual(['v4'], self.names(access_ip_v4='^192.0.2.1$'))
        self.assertEqual([], self.names(access_ip_v4='^192$'))
        self.assertEqual([], self.names(access_ip_v6='192'))

    def test_addresses_on_networks_are_patterns(self):
        for last in (2, 20):
            address = ('private', f'192.0.2.{last}', 'fa:16:3e:00:00:01')
            metadata = {'a': 'no JSON', 'b': None}
            self.instance(
                display_name=f'at-{last}',
                system_metadata=system_metadata.with_network_info(
                    metadata, [address]
                ),
            )
        self.instance(
            display_name='none',
            system_metadata=system_metadata.with_network_info({}, []),
        )
        for pattern, *matched in (
            ('^192.0.2.2$', 'at-2'),
            (r'^192\.0\.2\.2', 'at-20', 'at-2'),
            ('2', 'at-20', 'at-2'),
            ('0$', 'at-20'),
            ('^1.*0$|^x', 'at-20'),
            ('^0', *()),
            ('private', *()),
            ('fa:', *()),
            ('"', *()),
            ('a\0', *()),
        ):
            self.assertEqual(matched, self.names(ip=pattern), pattern)
        self.assertRaises(exception.Invalid, self.list, ip='*[')
        for uuid in [row.uuid for row in self.list(ip='20')]:
            instance_db.instance_destroy(self.context, uuid)
        self.assertEqual([], self.names(ip='20'))
        self.assertEqual(['at-20'], self.names(ip='20', deleted=True))

    def test_times_are_patterns(self):
        moment = datetime.datetime.fromisoformat('2014-07-01T12:30:00')
        self.instance(display_name='old', launched_at=moment)
        self.assertEqual(['old'], self.names(launched_at='^2014-07-01 12:30'))
        self.assertEqual([], self.names(launched_at='^2013'))
        self.assertEqual([], self.names(terminated_at='2014'))

    def test_patterns_all_databases_understand_alike(self):
        names = ['été-1', 'a' * 200 + 'b', 'x.y', ']', 'tab\tname', '']
        for name in names:
            self.instance(display_name=name, host='alike')
        for pattern, *matched in (
            (r'^\w{3}-1$', 'été-1'),
            (r'^[\w-]{5}$', 'été-1'),
            ('^[[:alpha:]]{3}-[[:digit:]]$', 'été-1'),
            ('^.t.-', 'été-1'),
            ('^[^a-z0-9]t', 'été-1'),
            ('(a+)+b$', 'a' * 200 + 'b'),
            (r'^x\.y$', 'x.y'),
            ('^[]]$', ']'),
            (r'\s', 'tab\tname'),
            ('^(x.y|])$', ']', 'x.y'),
            ('^(?:x|tab).*e$', 'tab\tname'),
            ('^$', ''),
            ('^[.x]{1,2}y', 'x.y'),
        ):
            self.assertEqual(
                matched,
                self.names(display_name=pattern, host='alike'),
                pattern,
            )

    def test_no_pattern_takes_exponential_time(self):
        self.instance(display_name='a' * 200 + '!', host='alike')
        for pattern in ('^(a+)+$', '^(a|aa)+$', '^(a*)*b', r'^(\w+\s?)*$'):
            with contextlib.suppress(exception.Invalid):
                # MariaDB gives up, with an error.
                self.assertEqual(
                    [], self.names(display_name=pattern, host='alike')
                )

    def test_patterns_no_database_understands(self):
        self.assertRaises(exception.Invalid, self.list, display_name='*[')

    def test_times_are_patterns_too(self):
        moment = datetime.datetime.fromisoformat('2020-02-03T04:05:06')
        for name in ('created_at', 'launched_at', 'terminated_at'):
            self.instance(display_name=name, **{name: moment})
            for pattern, expected in (
                ('2020-02-03', [name]),
                ('^2020-02-03 04:05:06', [name]),
                ('^2019', []),
                ('a\0', []),
            ):
                found = self.names(**{name: pattern})
                self.assertEqual(expected, found, f'{name}={pattern!r}')
        self.assertRaises(exception.Invalid, self.list, created_at='*[')

    def test_values_no_column_holds(self):
        self.assertEqual([], self.names(power_state='NOSTATE'))
        self.assertEqual([], self.names(locked_by='me'))
        self.assertEqual([], self.names(uuid=['a\0']))

    def test_uuids(self):
        uuids = [row.uuid for row in self.list()][:2]
        self.assertEqual(['db-1', 'web-2'], self.names(uuid=uuids))

    def test_filters_the_list_does_not_know_are_ignored(self):
        self.assertEqual(3, len(self.names(colour='red')))


class TestTags(InstanceListTestCase):
    def setUp(self):
        super().setUp()
        for tags in ('', 'a', 'b', 'ab'):
            self.instance(display_name=tags, tags=list(tags))

    def test_all(self):
        self.assertEqual(['ab'], self.names(tags=['a', 'b']))
        self.assertEqual(['ab', 'a'], self.names(tags=['a', 'a']))

    def test_any(self):
        self.assertEqual(['ab', 'b', 'a'], self.names(tags_any=['a', 'b']))

    def test_not_all(self):
        self.assertEqual(['b', 'a', ''], self.names(not_tags=['a', 'b']))

    def test_none(self):
        self.assertEqual([''], self.names(not_tags_any=['a', 'b']))


class TestDeleted(InstanceListTestCase):
    def setUp(self):
        super().setUp()
        self.instance(display_name='lives')
        self.instance(display_name='waits', vm_state='soft-delete')
        self.instance(display_name='young', vm_state=None)
        gone = self.instance(display_name='gone')
        instance_db.instance_destroy(self.context, gone.uuid)

    def test_the_living(self):
        for filters in ({}, {'deleted': False}):
            self.assertEqual(['young', 'lives'], self.names(**filters))

    def test_those_that_wait_to_be_reclaimed(self):
        self.assertEqual(
            ['young', 'waits', 'lives'], self.names(soft_deleted=True)
        )

    def test_services_that_are_down(self):
        self.assertEqual(['gone', 'waits'], self.names(deleted=True))
        self.assertEqual(
            ['gone'], self.names(deleted=True, soft_deleted=False)
        )

    def test_changes_since_includes_deleted(self):
        self.assertEqual(['gone'], self.names(changes_since=base.START))
        self.assertEqual(
            [], self.names(changes_since=base.START, deleted=False)
        )


class TestSort(InstanceListTestCase):
    def setUp(self):
        super().setUp()
        for name, host in (('b', 'h1'), ('c', None), ('a', 'h2')):
            self.instance(display_name=name, host=host)

    def sorted(self, *sort, page=paging.ALL):
        rows = instance_list_db.instance_get_all_by_filters(
            self.context, {}, page, sort=sort
        )
        return [row.display_name for row in rows]

    def test_by_name(self):
        self.assertEqual(list('abc'), self.sorted(('display_name', 'asc')))

    def test_what_has_none_is_the_least(self):
        self.assertEqual(list('cba'), self.sorted(('host', 'asc')))
        self.assertEqual(list('abc'), self.sorted(('host', 'desc')))

    def test_pages(self):
        [first] = self.sorted(('host', 'asc'), page=Page(limit=1))
        [row] = self.list(display_name=first)
        page = Page(limit=2, marker=row.uuid)
        self.assertEqual(list('ba'), self.sorted(('host', 'asc'), page=page))

    def test_the_default_order_spelled_out(self):
        self.assertEqual(
            list('acb'), self.sorted(['created_at', 'desc'], ['id', 'desc'])
        )
        self.assertEqual(list('acb'), self.sorted())

    def test_unknown_keys(self):
        self.assertRaises(exception.Invalid, self.sorted, ('colour', 'asc'))


class TestByHost(base.TestCase):
    def test_rows_alone(self):
        first = self.instance(host='host1', metadata={'a': '1'})
        self.instance(host='host2')
        gone = self.instance(host='host1')
        instance_db.instance_destroy(self.context, gone.uuid)
        rows = self.assertAsks(
            1, instance_list_db.instance_get_all_by_host, self.admin, 'host1'
        )
        self.assertEqual([first.uuid], [row.uuid for row in rows])
