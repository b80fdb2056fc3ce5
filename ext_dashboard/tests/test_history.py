# SPDX-License-Identifier: Apache-2.0
"""The history of a server: its pages, and answers to their script."""

from unittest import mock
from urllib import parse

from django import urls
from django.core import cache
from openstack_dashboard.dashboards.admin.instances import tabs

from ext_dashboard import json_views
from ext_dashboard import rest
from ext_dashboard.history import timeline
from ext_dashboard.tests import base

SERVER = '70a599e0-31e7-49b7-b260-868f441e862b'
ADDRESS = 'horizon:project:server_history:'


def address(name, *parts, **query):
    """Return the address of a page or of an answer to its script."""
    found = urls.reverse(ADDRESS + name, args=parts)
    return f'{found}?{parse.urlencode(query)}' if query else found


def action(number, **values):
    """Return an action as the API lists it; greater numbers are newer."""
    return {
        'action': 'stop',
        'request_id': f'req-{number}',
        'user_id': 'alice',
        'project_id': 'p',
        'start_time': f'2026-01-02T03:{number:02}:05.000000',
        'updated_at': f'2026-01-02T03:{number:02}:07.500000',
        'message': None,
        **values,
    }


def migration(minute, **values):
    """Return a migration as the API lists it."""
    return {
        'id': minute,
        'status': 'completed',
        'migration_type': 'live-migration',
        'source_compute': 'host1',
        'dest_compute': 'host2',
        'created_at': f'2026-01-02T03:{minute:02}:06.000000',
        'updated_at': f'2026-01-02T03:{minute:02}:36.000000',
        'user_id': 'admin',
        'project_id': 'p',
        **values,
    }


class Compute:
    """A compute API that has actions and migrations of a server.

    :param newest: its newest microversion
    """

    def __init__(self, actions=(), migrations=(), newest=(2, 104)):
        self.actions = sorted(actions, key=timeline.begun, reverse=True)
        self.migrations = migrations
        self.newest = newest
        self.asked = []

    def __call__(
        self, request, service_type, path, query=None, microversion=None
    ):
        """Answer a request."""
        self.asked.append((path, microversion))
        version = tuple(map(int, (microversion or '2.1').split('.')))
        if version > self.newest:
            raise rest.Refused(406, 'Version is not supported')
        if path == '/os-migrations':
            if isinstance(self.migrations, Exception):
                raise self.migrations
            return {'migrations': list(self.migrations)}
        if path == f'/servers/{SERVER}/os-instance-actions':
            return {'instanceActions': self._page(query, version)}
        raise rest.Refused(404, 'Instance could not be found.')

    def _page(self, query, version):
        if version < (2, 58):
            return self.actions
        found = self.actions
        names = [each['request_id'] for each in found]
        if query['marker']:
            found = found[names.index(query['marker']) + 1 :]
        return found[: query['limit']]


class TimelineTest(base.TestCase):
    def setUp(self):
        super().setUp()
        cache.cache.clear()

    def serve(self, *args, **kwargs):
        """Have the API answer with actions and migrations."""
        found = Compute(*args, **kwargs)
        self.api.side_effect = found
        return found

    def offer(self, microversion):
        """Have the cloud say which microversion is its newest one."""
        patcher = mock.patch.object(
            rest,
            'newest_microversion',
            autospec=True,
            return_value=microversion,
        )
        self.addCleanup(patcher.stop)
        return patcher.start()

    def page(self, **query):
        """Return a page of the history."""
        answer = self.script(address('timeline', SERVER, **query))
        self.assertEqual(200, answer.status_code, answer.content)
        return answer.json()

    def pages(self):
        """Return the ids of the entries of all pages."""
        found = [self.page()]
        while found[-1]['next']:
            found.append(self.page(**found[-1]['next']))
        return [[each['id'] for each in page['items']] for page in found]

    def test_actions_and_migrations_by_time(self):
        self.serve([action(1), action(3)], [migration(2)])
        self.assertEqual([['req-3', 'migration-2', 'req-1']], self.pages())

    def test_two_requests_a_page(self):
        served = self.serve([action(n) for n in range(50)], [migration(2)])
        self.page()
        self.assertEqual(
            [
                (f'/servers/{SERVER}/os-instance-actions', rest.NEWEST),
                ('/os-migrations', rest.NEWEST),
            ],
            served.asked,
        )

    def test_each_entry_is_on_one_page(self):
        minutes = (0, 5, 29, 30, 49)
        self.serve(
            [action(n) for n in range(50)], [migration(m) for m in minutes]
        )
        pages = self.pages()
        self.assertEqual(3, len(pages))
        found = [name for page in pages for name in page]
        self.assertEqual(50 + len(minutes), len(found))
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(['migration-49', 'req-49'], pages[0][:2])
        self.assertEqual(['migration-0', 'req-0'], pages[-1][-2:])

    def test_a_full_page_may_be_the_last(self):
        self.serve([action(n) for n in range(json_views.PAGE)])
        self.assertEqual(
            [json_views.PAGE], [len(page) for page in self.pages()]
        )

    def test_migrations_alone(self):
        self.serve([], [migration(2)])
        self.assertEqual([['migration-2']], self.pages())

    def test_nothing(self):
        self.serve()
        self.assertEqual({'items': [], 'next': None}, self.page())

    def test_migrations_are_for_administrators(self):
        self.serve([action(1)], rest.Refused(403, 'Policy does not allow'))
        self.assertEqual([['req-1']], self.pages())

    def test_migrations_that_cannot_be_read(self):
        self.serve([action(1)], rest.Unreachable('down'))
        answer = self.script(address('timeline', SERVER))
        self.assertEqual(503, answer.status_code)

    def test_an_older_cloud(self):
        served = self.serve(
            [action(n) for n in range(50)], [migration(2)], newest=(2, 53)
        )
        newest = self.offer('2.53')
        pages = self.pages()
        self.assertEqual([20, 20, 11], [len(page) for page in pages])
        self.assertEqual('req-49', pages[0][0])
        self.assertEqual('req-0', pages[-1][-1])
        # What it has is asked for once.
        newest.assert_called_once()
        refused = [v for _path, v in served.asked if v == rest.NEWEST]
        self.assertEqual(1, len(refused))

    def test_a_cloud_without_microversions(self):
        served = self.serve([action(1)], newest=(2, 1))
        self.offer(None)
        self.assertEqual([['req-1']], self.pages())
        self.assertIsNone(served.asked[-1][1])

    def test_fields(self):
        self.serve([action(1, message='Error')], [migration(2)])
        moved, stopped = self.page()['items']
        self.assertEqual('Stop', stopped['name'])
        self.assertEqual('failed', stopped['state'])
        self.assertEqual('Error', stopped['result'])
        self.assertEqual('2.50 s', stopped['duration'])
        self.assertEqual('2026-01-02T03:01:05+00:00', stopped['time']['iso'])
        self.assertEqual('Live migration', moved['name'])
        self.assertEqual('host1 → host2', moved['hosts'])
        self.assertEqual('30 s', moved['duration'])
        self.assertEqual('done', moved['state'])
        self.assertIsNone(moved['address'])

    def test_names(self):
        """Horizon's words where it has some, else ours, else the API's."""
        names = ('confirmResize', 'live-migration', 'delete', 'somethingElse')
        self.serve([action(n, action=name) for n, name in enumerate(names)])
        found = [entry['name'] for entry in self.page()['items']]
        self.assertEqual(
            ['somethingElse', 'Delete', 'Live Migration', 'Confirm Resize'],
            found,
        )

    def test_times_are_of_the_zone_of_the_user(self):
        self.client.cookies['django_timezone'] = 'Asia/Tokyo'
        session = self.client.session
        session['django_timezone'] = 'Asia/Tokyo'
        session.save()
        self.serve([action(1)])
        (found,) = self.page()['items']
        self.assertIn('12:01:05 JST', found['time']['text'])

    def test_fields_that_are_missing(self):
        """As of a cloud at 2.1, and of actions that have just begun."""
        bare = {'request_id': 'req-1', 'start_time': '2026-01-02T03:04:05Z'}
        self.serve([bare], [{'id': 1, 'created_at': None}])
        self.assertEqual([['req-1', 'migration-1']], self.pages())

    def test_markup_stays_text(self):
        names = ('action', 'user_id', 'project_id', 'message', 'request_id')
        planted = action(1, **dict.fromkeys(names, base.MARKUP))
        others = (
            'status', 'migration_type', 'source_compute', 'dest_compute',
            'user_id', 'project_id', 'id',
        )  # fmt: skip
        self.serve(
            [planted], [migration(2, **dict.fromkeys(others, base.MARKUP))]
        )
        answer = self.script(address('timeline', SERVER))
        self.assertEqual('application/json', answer['Content-Type'])
        moved, found = answer.json()['items']
        for name in ('name', 'user_id', 'project_id', 'result', 'id'):
            self.assertEqual(base.MARKUP, found[name])
        self.assertEqual(base.MARKUP, moved['result'])
        self.assertNotIn('<', found['address'])

    def test_no_such_server(self):
        self.serve()
        other = SERVER.replace('7', '8')
        answer = self.script(address('timeline', other))
        self.assertEqual(404, answer.status_code)

    def test_not_permitted(self):
        self.api.side_effect = rest.Refused(403, 'Policy does not allow it.')
        for name in ('timeline', 'events'):
            answer = self.script(address(name, SERVER))
            self.assertEqual(403, answer.status_code)
            self.assertEqual(
                {'error': 'Policy does not allow it.'}, answer.json()
            )

    def test_unreachable(self):
        self.api.side_effect = rest.Unreachable('no route to host')
        for name in ('timeline', 'events'):
            answer = self.script(address(name, SERVER))
            self.assertEqual(503, answer.status_code)
            self.assertNotIn('no route', answer.json()['error'])


class EventsTest(base.TestCase):
    def events(self, *events):
        """Return the events of an action that the API shows."""
        self.api.return_value = {'instanceAction': {'events': list(events)}}
        answer = self.script(address('events', SERVER, request='req-1'))
        return answer.json()['items']

    def event(self, **values):
        """Return an event as the API shows it."""
        return {
            'event': 'compute_stop_instance',
            'start_time': '2026-01-02T03:04:05.000000',
            'finish_time': '2026-01-02T03:04:25.000000',
            'result': 'Success',
            'traceback': None,
            'hostId': 'a' * 56,
            'details': None,
            **values,
        }

    def test_one_request(self):
        self.events(self.event())
        self.api.assert_called_once()
        path = self.api.call_args.args[2]
        self.assertEqual(f'/servers/{SERVER}/os-instance-actions/req-1', path)

    def test_of_an_owner(self):
        (found,) = self.events(self.event(result='Error', details='Too full'))
        self.assertEqual('', found['host'])
        self.assertEqual('a' * 56, found['host_id'])
        self.assertEqual('failed', found['state'])
        self.assertEqual('error', found['result'])
        self.assertEqual('20 s', found['duration'])
        self.assertEqual('Too full', found['details'])
        self.assertEqual('', found['traceback'])

    def test_of_an_administrator(self):
        (found,) = self.events(
            self.event(host='host1', traceback='  File "x"\n', result='Error')
        )
        self.assertEqual('host1', found['host'])
        self.assertEqual('', found['host_id'])
        self.assertEqual('  File "x"', found['traceback'])

    def test_running(self):
        (found,) = self.events(self.event(result=None, finish_time=None))
        self.assertEqual('running', found['state'])
        self.assertEqual('', found['duration'])

    def test_in_order(self):
        later = self.event(event='second', start_time='2026-01-02T03:04:09')
        found = self.events(later, self.event())
        self.assertEqual('second', found[1]['name'])

    def test_not_shown(self):
        self.api.return_value = {'instanceAction': {'action': 'stop'}}
        answer = self.script(address('events', SERVER, request='req-1'))
        self.assertEqual([], answer.json()['items'])
        self.assertTrue(answer.json()['message'])

    def test_markup_stays_text(self):
        names = ('event', 'result', 'traceback', 'host', 'hostId', 'details')
        (found,) = self.events(self.event(**dict.fromkeys(names, base.MARKUP)))
        for name in ('name', 'result', 'traceback', 'host', 'details'):
            self.assertEqual(base.MARKUP, found[name])

    def test_a_request_is_one_part_of_the_path(self):
        self.api.return_value = {'instanceAction': {'events': []}}
        self.script(address('events', SERVER, request='../../os-hosts'))
        path = self.api.call_args.args[2]
        self.assertTrue(path.endswith('/..%2F..%2Fos-hosts'), path)


class TabTest(base.TestCase):
    def test_tab(self):
        """The tab is one of the instance's page, and loads when opened."""
        shown = self.instance_tab('ext_history', SERVER)
        self.assertIn(f'data-address="{address("timeline", SERVER)}"', shown)
        self.assertNotIn('<script', shown)
        self.assertNotIn('style=', shown)
        self.api.assert_not_called()

    def test_tab_for_administrators(self):
        """The page of any instance of the cloud has it, too."""
        shown = self.instance_tab(
            'ext_history', SERVER, tabs.AdminInstanceDetailTabs
        )
        self.assertIn(f'data-address="{address("timeline", SERVER)}"', shown)


class PagesTest(base.TestCase):
    def test_search(self):
        page = self.client.get(address('index'))
        self.assertContains(page, 'name="server"')
        self.assertNotContains(page, 'aria-invalid')

    def test_found(self):
        answer = self.client.get(address('index', server=f' {SERVER.upper()}'))
        self.assertRedirects(answer, address('server', SERVER))

    def test_no_id(self):
        page = self.client.get(address('index', server=base.MARKUP))
        self.assertEqual(200, page.status_code)
        self.assertContains(page, 'aria-invalid')
        self.assertNotContains(page, '<script>alert(1)')
        # Where it is repeated, Angular evaluates nothing.
        self.assertContains(page, 'ng-non-bindable')

    def test_server(self):
        page = self.client.get(address('server', SERVER))
        self.assertContains(page, 'data-ext="history"')
        self.assertContains(page, address('timeline', SERVER))
        self.api.assert_not_called()

    def test_another_path(self):
        self.assertRaises(urls.NoReverseMatch, address, 'server', '{{ 7*7 }}')
        path = address('index') + 'servers/%7B%7B%207*7%20%7D%7D'
        self.assertEqual(404, self.client.get(path).status_code)
