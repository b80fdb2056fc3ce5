# SPDX-License-Identifier: Apache-2.0
"""Rule 7, on any records that the application may have at any moment."""

import datetime
from unittest import mock

from oslo_utils import timeutils
from oslo_utils import uuidutils
import sqlalchemy as sa

from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.middleware.tasks import upstream
from nova_ext.objects.task_purge import OldTasks
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows

_MINUTE = datetime.timedelta(minutes=1)
_TAG = 'piece-of-work'


@facade.writer
def _change(context, server, columns):
    table = models.Instance.__table__
    context.session.execute(
        sa.update(table).where(table.c.uuid == server).values(**columns)
    )


@facade.writer
def _end_events(context):
    context.session.execute(
        sa.update(models.InstanceActionEvent.__table__).values(
            finish_time=timeutils.utcnow(), result='Success'
        )
    )


@facade.reader
def _tasks(context):
    return list(context.session.execute(sa.text('SELECT * FROM tasks')))


class RecordsTestCase(base.APITestCase):
    """A test that writes what hosts would have written."""

    def setUp(self):
        super().setUp()
        self.request_id = f'req-{uuidutils.generate_uuid()}'

    def server(self, **columns):
        return self.add(rows.server(**columns)).uuid

    def action(self, server, *events, name='stop', **columns):
        """Record the request's action, each event a dict of columns."""
        action = rows.action(
            server,
            action=name,
            request_id=self.request_id,
            **{'updated_at': timeutils.utcnow(), **columns},
        )
        self.add(action)
        for number, event in enumerate(events):
            self.add(rows.event(action.id, number, **event))

    def task(self, server=None, **columns):
        """Store the request's task as it is after its answer."""
        self.add(
            rows.task(
                **{
                    'tag': _TAG,
                    'state': 'running',
                    'instance_uuid': server,
                    'request_id': self.request_id,
                    'created_at': timeutils.utcnow(),
                    'ended_at': None,
                    **columns,
                }
            )
        )

    def lost_create(self, **columns):
        """Store a create's task as it is when its answer was lost."""
        self.task(task='create', state='pending', code=None, **columns)

    def change(self, server, **columns):
        _change(self.context, server, columns)

    def found(self):
        """Return the task as its reader sees it."""
        [task] = self.get(f'/servers/{_TAG}/tasks')['tasks']
        return task

    def assertFound(self, state, message=None):
        found = self.found()
        self.assertEqual((state, message), (found['state'], found['message']))
        return found


class TestEvents(RecordsTestCase):
    """Events of an action beside the task state of its server."""

    def test_nothing_runs_between_two_events(self):
        server = self.server(task_state='migrating')
        self.action(server, {}, name='live-migration')
        self.task(server, task='live-migration')
        self.assertFound('running')
        self.change(server, task_state=None)
        self.assertFound('success')

    def test_the_second_event_runs(self):
        server = self.server()
        self.action(server, {}, {'finish_time': None, 'result': None})
        self.task(server)
        self.assertFound('running')

    def test_the_second_event_failed(self):
        server = self.server()
        self.action(server, {}, {'result': 'Error'})
        self.task(server)
        self.assertFound('error', 'compute_stop_instance failed.')

    def test_a_resize_waits_to_be_confirmed(self):
        server = self.server(vm_state='active', task_state='resize_finish')
        self.action(server, {}, name='resize')
        self.task(server, task='resize')
        self.assertFound('running')
        self.change(server, vm_state='resized', task_state=None)
        self.assertFound('success')
        # What happens to the server later has nothing to do with it.
        self.change(server, task_state='resize_reverting')
        self.assertFound('success')

    def test_an_action_without_events(self):
        server = self.server()
        self.action(server, name='resetState')
        self.task(server, task='resetState')
        self.assertFound('success')

    def test_an_action_that_is_not_recorded(self):
        server = self.server()
        self.task(server, task='addSecurityGroup')
        self.assertFound('success')

    def test_what_was_accepted_and_never_begun(self):
        server = self.server(task_state='powering-off')
        self.action(server, updated_at=timeutils.utcnow() - 6 * _MINUTE)
        self.task(server)
        # The host of the server may continue.
        self.assertFound('running')
        self.change(server, task_state=None)
        self.assertFound(
            'error', 'The request was accepted, but never finished.'
        )

    def test_an_end_is_written_once(self):
        server = self.server()
        self.action(server, {})
        self.task(server)
        first = self.found()
        self.assertEqual('success', first['state'])
        self.action(server, {'result': 'Error'})
        self.assertEqual(first, self.found())


class TestWhileItIsRead(RecordsTestCase):
    """Records that change between two inner requests."""

    def test_a_long_action_ends(self):
        server = self.server(task_state='powering-off')
        begun = timeutils.utcnow() - 10 * _MINUTE
        open_event = {'finish_time': None, 'result': None}
        self.action(server, open_event, updated_at=begun)
        self.task(server)
        self.assertFound('running')
        ask = upstream.Upstream.action

        def ask_and_end(self_, *args):
            found = ask(self_, *args)
            _end_events(self.context)
            self.change(server, task_state=None)
            return found

        with mock.patch.object(
            upstream.Upstream, 'action', autospec=True, side_effect=ask_and_end
        ):
            self.assertFound('success')


class TestDeletedMeanwhile(RecordsTestCase):
    """The server is deleted before the task is read."""

    def gone(self):
        return self.server(
            deleted=1, deleted_at=rows.moment(5), vm_state='deleted'
        )

    def test_before_it_was_done(self):
        server = self.gone()
        self.action(server, {'finish_time': None, 'result': None})
        self.task(server)
        self.assertFound('error', 'The server was deleted.')

    def test_after_it_was_done(self):
        server = self.gone()
        self.action(server, {})
        self.task(server)
        self.assertFound('success')

    def test_before_anything_was_recorded(self):
        server = self.gone()
        self.task(server)
        self.assertFound('error', 'The server was deleted.')

    def test_because_it_was_to_be(self):
        server = self.gone()
        self.action(server, name='delete')
        self.task(server, task='delete')
        self.assertFound('success')


class TestSeveralServers(RecordsTestCase):
    """A request for several servers is as far as the last of them."""

    def setUp(self):
        super().setUp()
        self.servers = [self.server() for _ in range(3)]
        task = self.add(
            rows.task(
                task='create',
                tag=_TAG,
                state='running',
                ended_at=None,
                instance_uuid=self.servers[0],
                request_id=self.request_id,
            )
        )
        for server in self.servers[:2]:
            self.action(server, {}, name='create')
        for number, server in enumerate(self.servers):
            self.add(
                models.TaskInstance(
                    task_id=task.id, position=number, instance_uuid=server
                )
            )

    def test_all_are_built(self):
        self.action(self.servers[2], {}, name='create')
        task = self.assertFound('success')
        self.assertEqual(self.servers, task['servers'])
        self.assertEqual({'server': self.servers[0]}, task['resource'])

    def test_one_is_being_built(self):
        last = self.servers[2]
        self.action(last, {}, name='create')
        self.change(last, vm_state='building', task_state='spawning')
        self.assertFound('running')
        self.change(last, vm_state='active', task_state=None)
        self.assertFound('success')

    def test_of_one_nothing_is_recorded_yet(self):
        self.change(self.servers[2], vm_state='building')
        self.assertFound('pending')

    def test_one_cannot_be_built(self):
        self.action(self.servers[2], {'result': 'Error'}, name='create')
        self.fail_scheduling(self.servers[2])
        self.assertFound('error', 'No host.')

    def test_for_one_there_is_no_host(self):
        self.fail_scheduling(self.servers[2])
        self.assertFound('error', 'No host.')

    def fail_scheduling(self, server):
        """Leave a server as nova does when it finds no host for it."""
        self.change(server, vm_state='error')
        self.add(
            models.InstanceFault(
                instance_uuid=server, code=500, message='No host.'
            )
        )

    def test_one_was_deleted(self):
        self.action(self.servers[2], {}, name='create')
        self.change(self.servers[2], deleted=1, vm_state='deleted')
        self.assertFound('success')


class TestLostAnswers(RecordsTestCase):
    """No process has stored the answer to a create."""

    def test_it_is_found_by_its_request(self):
        server = self.server(created_at=timeutils.utcnow())
        self.action(server, {}, name='create')
        self.lost_create()
        self.assertEqual(
            {'server': server}, self.assertFound('success')['resource']
        )

    def test_among_the_deleted(self):
        now = timeutils.utcnow()
        server = self.server(
            created_at=now, updated_at=now, deleted=1, vm_state='deleted'
        )
        self.action(server, {}, name='create')
        self.lost_create()
        self.assertEqual(
            {'server': server}, self.assertFound('success')['resource']
        )

    def test_clocks_of_hosts_may_be_off(self):
        for minutes in (-50, 50):
            self.empty_database()
            then = timeutils.utcnow() + minutes * _MINUTE
            server = self.server(created_at=then, updated_at=then)
            self.action(server, {}, name='create')
            self.lost_create()
            found = self.assertFound('success')
            self.assertEqual({'server': server}, found['resource'])

    def test_servers_of_others_are_not_taken_for_it(self):
        now = timeutils.utcnow()
        for project in ('f' * 32, None):
            columns = {'project_id': project} if project else {}
            server = self.server(created_at=now, updated_at=now, **columns)
            self.add(rows.action(server, action='create'))
        self.lost_create()
        found = self.assertFound('error', 'The request was not carried out.')
        self.assertEqual({}, found['resource'])

    def test_several(self):
        now = timeutils.utcnow()
        servers = [
            self.server(display_name=f'n-{n}', created_at=now, updated_at=now)
            for n in range(3)
        ]
        for server in servers:
            self.action(server, {}, name='create')
        self.lost_create()
        self.assertEqual(servers, self.assertFound('success')['servers'])

    def test_the_process_at_work_is_waited_for(self):
        self.lost_create(owner='elsewhere/1.1')
        self.assertFound('pending')

    def test_but_not_for_ever(self):
        long_ago = timeutils.utcnow() - 6 * _MINUTE
        self.lost_create(owner='elsewhere/1.1', created_at=long_ago)
        self.assertFound('error', 'The request was not carried out.')

    def test_an_action_of_which_nothing_is_recorded(self):
        server = self.server()
        self.task(server, state='pending', code=None)
        self.assertFound('error', 'The request was not carried out.')

    def test_an_action_that_was_done(self):
        server = self.server()
        self.action(server, {})
        self.task(server, state='pending', code=500)
        self.assertFound('success')


class TestKept(base.APITestCase):
    """Rules 3 and 10: what is stored of a request, and for how long."""

    def send(self, path, **body):
        headers = {'Task-tag': _TAG}
        return self.request('POST', path, body=body, headers=headers)

    def test_bodies_are_not(self):
        secret = 'open-sesame'
        server = {
            'name': secret,
            'imageRef': base.IMAGE,
            'flavorRef': '1',
            'adminPass': secret,
            'metadata': {secret: secret},
        }
        answer = self.send('/servers', server=server)
        self.assertEqual(202, answer.status_int)
        [row] = _tasks(self.context)
        self.assertIn(_TAG, str(row))
        self.assertNotIn(secret, str(row))

    def test_what_was_purged_protects_no_longer(self):
        path = f'/servers/{self.add(rows.server()).uuid}/action'
        first = self.send(path, lock=None)
        self.get(f'/servers/{_TAG}/tasks')
        self.assertEqual(409, self.send(path, lock=None).status_int)
        later = timeutils.utcnow() + _MINUTE
        self.assertEqual(
            [1], list(OldTasks(later, rows.moment(0)).purge(self.context, 9))
        )
        gone = self.request('GET', f'/servers/{_TAG}/tasks')
        self.assertEqual(404, gone.status_int)
        again = self.send(path, lock=None)
        self.assertEqual(202, again.status_int)
        self.assertNotEqual(first.headers['Task-id'], again.headers['Task-id'])
