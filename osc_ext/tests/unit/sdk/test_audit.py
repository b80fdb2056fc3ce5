# SPDX-License-Identifier: Apache-2.0
"""Tests of the audit by openstacksdk."""

from typing import Any

from openstack import exceptions

from osc_ext import sdk
from osc_ext.exceptions import AuditNotSupported
from osc_ext.tests import base

_SERVER = 'f5f8b3c0-4b3e-4f4a-9a57-1c5b7d1b0f11'
_LIST = 'GET /audit/actions'
_TIMELINE = f'GET /audit/servers/{_SERVER}/timeline'
_NO_TRAIL = {
    'itemNotFound': {'code': 404, 'message': 'This service has no trail.'}
}
_NO_SERVER = {'itemNotFound': {'code': 404, 'message': 'No such server.'}}


def _action(number: int) -> dict[str, Any]:
    return {
        'id': f'1-{number}',
        'action': 'delete',
        'result': 'success',
        'server_id': _SERVER,
        'server_name': 'web-3',
        'server_project_id': 'demo',
        'request_id': f'req-{number}',
        'user_id': 'alice',
        'project_id': 'demo',
        'message': None,
        'created_at': '2026-12-01T14:05:09.000000',
        'start_time': '2026-12-01T14:05:09.000000',
        'updated_at': None,
    }


def _event(**more: Any) -> dict[str, Any]:
    return {
        'event': 'compute_terminate_instance',
        'start_time': '2026-12-01T14:05:10.000000',
        'finish_time': '2026-12-01T14:05:11.000000',
        'result': 'Success',
        'host': 'compute17',
        'hostId': '0' * 56,
        'traceback': None,
        'details': None,
        **more,
    }


_RECORDS = {
    'action': _action(17),
    'event': _event(action_id='1-17'),
    'migration': {
        'id': '1-5',
        'uuid': '7cbf5252-a0a9-4222-93cf-43f890dbbebf',
        'server_id': _SERVER,
        'migration_type': 'live-migration',
        'status': 'completed',
    },
    'task': {'uuid': 'a-task', 'task': 'delete', 'state': 'success'},
}


def _page(*kinds: str, **more: Any) -> dict[str, Any]:
    return {
        'server': {'id': _SERVER, 'name': 'web-3'},
        'tasks': 'included',
        'timeline': [
            {
                'id': f'{kind}-1',
                'type': kind,
                'time': '2026-12-01T14:05:09.000000',
                kind: _RECORDS[kind],
            }
            for kind in kinds
        ],
        **more,
    }


class AuditTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.compute = sdk.register(self.connection).compute


class TestActions(AuditTestCase):
    def test_lists_follow_pages(self) -> None:
        href = f'{base.URL}/v2.1/audit/actions?marker=1-2&user=alice'
        link = {'rel': 'next', 'href': href}
        self.api.answer(
            f'{_LIST}?user=alice',
            {'actions': [_action(3), _action(2)], 'actions_links': [link]},
        )
        self.api.answer(
            f'{_LIST}?marker=1-2&user=alice', {'actions': [_action(1)]}
        )
        found = list(self.compute.audit_actions(user='alice'))
        self.assertEqual(['1-3', '1-2', '1-1'], [a.id for a in found])
        self.assertEqual(2, len(self.api.sent))
        self.assertEqual(_SERVER, found[0].server_id)
        self.assertEqual('web-3', found[0].server_name)
        self.assertEqual('success', found[0].result)
        self.assertIsNone(found[0].events)

    def test_filters(self) -> None:
        query = {
            'action': 'a', 'before': 'b', 'events': 1, 'host': 'h',
            'limit': 2, 'marker': 'm', 'project': 'p', 'request_id': 'r',
            'result': 'error', 'server': 's', 'server_name': 'n',
            'since': 't', 'user': 'u',
        }  # fmt: skip
        sent = '&'.join(f'{name}={value}' for name, value in query.items())
        self.api.answer(f'{_LIST}?{sent}', {'actions': []})
        self.assertEqual([], list(self.compute.audit_actions(**query)))

    def test_events(self) -> None:
        action = {**_action(1), 'events': [_event()]}
        self.api.answer(f'{_LIST}?events=1', {'actions': [action]})
        [found] = self.compute.audit_actions(events=1)
        [event] = found.events
        self.assertEqual('compute17', event.host)
        self.assertEqual('0' * 56, event.host_id)

    def test_an_api_without_it(self) -> None:
        """One of another release, and one without a trail."""
        for headers, body, message in (
            ({}, None, 'This compute API has no audit.'),
            (base.VERSION, _NO_TRAIL, 'This service has no trail.'),
        ):
            self.api.answers.clear()
            self.api.answer(_LIST, body, 404, headers)
            error = self.assertRaises(
                AuditNotSupported, list, self.compute.audit_actions()
            )
            self.assertEqual(message, str(error))

    def test_refused(self) -> None:
        self.api.answer(f'{_LIST}?host=h', {}, 403)
        self.assertRaises(
            exceptions.ForbiddenException,
            list,
            self.compute.audit_actions(host='h'),
        )


class TestTimeline(AuditTestCase):
    def test_pages(self) -> None:
        """They are read when their entries are."""
        link = [{'rel': 'next', 'href': 'ignored'}]
        self.api.answer(
            _TIMELINE, _page('action', 'event', timeline_links=link)
        )
        self.api.answer(
            f'{_TIMELINE}?marker=event-1', _page('migration', 'task')
        )
        found = self.compute.get_audit_timeline(_SERVER)
        self.assertEqual([_TIMELINE], self.api.sent)
        self.assertEqual('web-3', found.server['name'])
        self.assertEqual('included', found.tasks)
        entries = list(found.entries)
        self.assertEqual(list(_RECORDS), [e.kind for e in entries])
        action, event, migration, task = (e.record for e in entries)
        self.assertEqual('1-17', action.id)
        self.assertEqual(action.id, entries[1].action_id)
        self.assertEqual('compute17', event.host)
        self.assertEqual('live-migration', migration.migration_type)
        self.assertEqual('1-5', migration.id)
        self.assertEqual('a-task', task.id)

    def test_unknown_server(self) -> None:
        """It is not taken for an API without the audit."""
        self.api.answer(_TIMELINE, _NO_SERVER, 404)
        self.api.answer(f'{_LIST}?limit=1', {'actions': []})
        self.assertRaises(
            exceptions.NotFoundException,
            self.compute.get_audit_timeline,
            _SERVER,
        )

    def test_an_api_without_it(self) -> None:
        self.assertRaises(
            AuditNotSupported, self.compute.get_audit_timeline, _SERVER
        )


class TestMigrations(AuditTestCase):
    def test_list(self) -> None:
        url = f'GET /audit/servers/{_SERVER}/migrations'
        self.api.answer(
            f'{url}?migration_type=live-migration&status=completed',
            {'migrations': [_RECORDS['migration']]},
        )
        [found] = self.compute.audit_migrations(
            _SERVER, migration_type='live-migration', status='completed'
        )
        self.assertEqual('1-5', found.id)
        self.assertEqual(_RECORDS['migration']['uuid'], found.uuid)
        self.assertEqual(_SERVER, found.server_id)

    def test_unknown_server(self) -> None:
        url = f'GET /audit/servers/{_SERVER}/migrations'
        self.api.answer(url, _NO_SERVER, 404)
        self.api.answer(f'{_LIST}?limit=1', {'actions': []})
        self.assertRaises(
            exceptions.NotFoundException,
            list,
            self.compute.audit_migrations(_SERVER),
        )
