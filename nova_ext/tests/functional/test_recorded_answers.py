# SPDX-License-Identifier: Apache-2.0
"""Answers of a running nova, held against ours word for word.

``NOVA_EXT_RECORDED`` names a directory of JSON files, each a list of
``{user, microversion, method, path, status, headers, body}``. The rows behind
the answers are made from the ones an administrator got at the newest
microversion.
"""

from collections.abc import Callable
import datetime
import json
import os
import pathlib
from typing import Any
import unittest

import webob

from ext_lib.wsgi import microversion
from nova_ext.api.openstack.compute import microversions
from nova_ext.db import models
from nova_ext.tests.functional import base
from nova_ext.wsgi import loader

_VARIABLE = 'NOVA_EXT_RECORDED'
_REQUIRED = 'NOVA_EXT_REQUIRE_BACKENDS'
#: The last of that nova, which the audit serves, too.
_NEWEST = '2.104'
_URL = 'http://127.0.0.1:8774'
_ROLES = {
    'admin': 'admin,manager,member,reader',
    'manager': 'manager,member,reader',
    'demo': 'member,reader',
    'alt': 'member,reader',
    'reader': 'reader',
}
_ACTION_TIMES = ('start_time', 'updated_at')
_EVENT_TIMES = ('start_time', 'finish_time')
_MIGRATION_TIMES = ('created_at', 'updated_at')
#: The text of this error names our newest version.
_OWN_TEXT = 'is not supported by the API'

Answer = dict[str, Any]


class Recording:
    """The answers of one directory, and the rows they were made of."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.files = {
            path.stem: json.loads(path.read_text())
            for path in sorted(directory.glob('*.json'))
            if path.stem not in ('versions', 'wsgi-environ')
        }

    def projects(self) -> dict[str, str]:
        """Return the project of each user."""
        owner = self._bodies('instance-actions-show-stop')[0]
        admin = self._bodies('instance-actions-show-migrate')[0]
        own = owner['instanceAction']['project_id']
        return {
            'admin': admin['instanceAction']['project_id'],
            'alt': 'f' * 32,
            **dict.fromkeys(('demo', 'manager', 'reader'), own),
        }

    def actions(self, name: str) -> dict[str, Any]:
        """Return by request id the actions as the file ``name`` has them."""
        found: dict[str, Any] = {}
        for other in (*self.files, name):
            for body in self._bodies(other):
                for action in _several(body, 'instanceAction'):
                    whole = found.setdefault(action['request_id'], {})
                    whole.update(action)
        return found

    def oldest_first(self, actions: dict[str, Any]) -> list[Any]:
        """Return actions in the order they were listed in, turned round."""
        newest_first = self._bodies('instance-actions-index')[0]
        listed = [a['request_id'] for a in newest_first['instanceActions']]
        return sorted(
            actions.values(),
            key=lambda a: (
                a['start_time'],
                -listed.index(a['request_id'])
                if a['request_id'] in listed
                else 0,
            ),
        )

    def migrations(self, name: str) -> dict[int, Any]:
        """Return by number the migrations as the file ``name`` has them."""
        found: dict[int, Any] = {}
        over = [f for f in self.files if not f.endswith('in-progress')]
        for other in (*over, name):
            for body in self._bodies(other):
                for migration in _several(body, 'migration'):
                    found.setdefault(migration['id'], {}).update(migration)
        return found

    def _bodies(self, name: str) -> list[Any]:
        return [
            answer['body']
            for answer in self.files[name]
            if answer['user'] == 'admin'
            and answer['microversion'] == _NEWEST
            and answer['status'] == 200
        ]


def _ours(answer: Answer) -> bool:
    """Return whether the compute API of this service has the version."""
    version = answer['microversion']
    if version is None:
        return _NEWEST not in json.dumps(answer['headers'])
    return microversion.parse(version) <= microversions.MAXIMUM


def _several(body: Any, key: str) -> list[Any]:
    return [body[key]] if key in body else body.get(f'{key}s', [])


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _times(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: datetime.datetime.fromisoformat(values[name])
        for name in names
        if values.get(name)
    }


def _question(answer: Answer) -> tuple[Any, ...]:
    return answer['user'], answer['microversion'], answer['path']


def _comparable(recorded: Any, got: Any) -> tuple[str, str]:
    """Return both bodies as texts: the order of keys counts too."""
    listed = recorded.get('migrations', ())
    if not any('uuid' in migration for migration in listed):
        # Before 2.59 the order was the database's own.
        for body in (recorded, got):
            body.get('migrations', []).sort(key=lambda m: m['id'])
    text = json.dumps(recorded)
    if _OWN_TEXT in text and _NEWEST not in json.dumps(got):
        return str(list(recorded)), str(list(got))
    return text, json.dumps(got)


class RecordedAnswersTest(base.APITestCase):
    """Each recorded request, asked again."""

    def setUp(self) -> None:
        super().setUp()
        directory = os.environ.get(_VARIABLE)
        if directory is None:
            if os.environ.get(_REQUIRED):
                self.fail(f'{_VARIABLE} must name the recorded answers')
            raise unittest.SkipTest(f'{_VARIABLE} is not set')
        self.recording = Recording(pathlib.Path(directory))
        self.projects = self.recording.projects()

    def test_answers_are_the_same(self) -> None:
        """Status, headers and body are what nova gave."""
        self._compare(_ours)

    def test_answers_of_the_audit_are_the_same(self) -> None:
        """So are those of the audit, at every version of that nova."""
        self.app = loader.load_audit(self.conf)
        self._compare(lambda answer: True)

    def _compare(self, is_served: Callable[[Answer], bool]) -> None:
        compared, different = 0, []
        for name, answers in self.recording.files.items():
            self._fill(name)
            for answer in filter(is_served, answers):
                if difference := self._difference(answer):
                    different.append((name, *_question(answer), difference))
                compared += 1
        self.assertEqual([], different[:5], f'{len(different)} differ')
        self.assertGreater(compared, 1000)

    def _difference(self, recorded: Answer) -> Any:
        got = self._ask(recorded)
        pairs = [(recorded['status'], got.status_int)]
        for name, value in recorded['headers'].items():
            if not name.endswith('request-id'):
                pairs.append((value, ', '.join(got.headers.getall(name))))
        pairs.append(_comparable(recorded['body'], got.json))
        return next((pair for pair in pairs if pair[0] != pair[1]), None)

    def _ask(self, recorded: Answer) -> webob.Response:
        user = recorded['user']
        headers = dict(recorded.get('request_headers', {}))
        if recorded['microversion'] is not None:
            version = f'compute {recorded["microversion"]}'
            headers['OpenStack-API-Version'] = version
        return self.request(
            'GET',
            recorded['path'],
            token=f'{user}:{self.projects[user]}:{_ROLES[user]}',
            headers=headers,
            url=_URL,
        )

    def _fill(self, name: str) -> None:
        """Put the rows behind one file's answers into the database."""
        self.empty_database()
        actions = self.recording.actions(name)
        migrations = self.recording.migrations(name)
        self._add_instances(name, actions, migrations)
        is_gone = name.startswith('deleted')
        for action in self.recording.oldest_first(actions):
            if is_gone or action['action'] != 'delete':
                self._add_action(dict(action))
        for _, migration in sorted(migrations.items()):
            self._add_migration(dict(migration), is_gone)

    def _add_instances(self, name: str, actions: Any, migrations: Any) -> None:
        own = {action['instance_uuid'] for action in actions.values()}
        other = {m.get('instance_uuid') for m in migrations.values()} - own
        for uuid in own | other - {None}:
            gone = name.startswith('deleted') and uuid in own
            self.add(
                models.Instance(
                    uuid=uuid,
                    project_id=self.projects['demo'],
                    user_id='user',
                    vm_state='active',
                    locked=False,
                    deleted=1 if gone else 0,
                )
            )

    def _add_action(self, action: dict[str, Any]) -> None:
        events = action.pop('events', [])
        times = _times(action, _ACTION_TIMES)
        row = self.add(
            models.InstanceAction(
                **{**action, **times, 'created_at': times['start_time']}
            )
        )
        for event in reversed(events):
            self.add(
                models.InstanceActionEvent(
                    action_id=row.id,
                    **{
                        **_without(event, 'hostId'),
                        **_times(event, _EVENT_TIMES),
                    },
                )
            )

    def _add_migration(self, migration: dict[str, Any], is_gone: bool) -> None:
        values = {
            name: value
            for name, value in migration.items()
            if name not in ('links', 'server_uuid')
            and not name.endswith('_bytes')
        }
        times = _times(migration, _MIGRATION_TIMES)
        self.add(
            models.Migration(
                **{
                    **values,
                    **times,
                    'hidden': False,
                    'deleted': migration['id'] if is_gone else 0,
                }
            )
        )
