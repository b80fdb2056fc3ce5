# SPDX-License-Identifier: Apache-2.0
"""The tab Provisioning: its views, and what they say of a cluster."""

from django import urls
from django.utils import translation

from ext_dashboard import rest
from ext_dashboard.provisioning import progress
from ext_dashboard.tests import base

CLUSTER = '0e4e5d2a-7e0b-4a0c-a9d7-97a3b8b4c5d6'
STEP = '5c1e0a52-33c8-4b0a-8e0e-4c9a1a6f0c11'
SERVER = '8d0b7c5e-9a0f-4a57-b7a5-6f7c2f6d1a22'
EVENT = '1f2e3d4c-0000-4000-8000-{:012d}'


def step(**changed):
    """Return a step as the API answers it: 20 of 30, in 10 seconds."""
    return {
        'id': STEP,
        'cluster_id': CLUSTER,
        'step_name': 'Launching instances',
        'step_type': 'creating',
        'completed': 20,
        'failed': 0,
        'total': 30,
        'successful': None,
        'duration': 10,
        'started_at': '2026-11-30T10:00:00',
        'completed_at': None,
        'created_at': '2026-11-30T09:59:00',
        'updated_at': '2026-11-30T10:00:10',
        **changed,
    }


def cluster(*steps, **changed):
    """Return what the API answers of the provisioning of a cluster."""
    return {
        'id': CLUSTER,
        'name': 'hadoop',
        'status': 'Spawning',
        'status_description': '',
        'provisioning_percentage': 66,
        'updated_at': '2026-11-30T10:00:10',
        'provisioning_progress': list(steps),
        **changed,
    }


def event(number=1, **changed):
    """Return an event that is a failure, as the API answers it."""
    return {
        'id': EVENT.format(number),
        'cluster_id': CLUSTER,
        'node_group_id': None,
        'instance_id': SERVER,
        'instance_name': f'hadoop-worker-{number:03}',
        'provisioning_step_id': STEP,
        'event_info': 'boom\nError ID: e-1\n\nTraceback (most recent...',
        'error_id': 'e-1',
        'successful': False,
        'created_at': '2026-11-30T23:30:00',
        **changed,
    }


class FiguresTest(base.TestCase):
    def one(self, **changed):
        return progress.shown(CLUSTER, cluster(step(**changed)))['steps'][0]

    def test_running(self):
        found = self.one()
        self.assertEqual('running', found['state'])
        self.assertEqual(66.7, found['completed'])
        self.assertEqual('20 of 30', found['counts'])
        self.assertEqual('2.0/s', found['rate'])
        self.assertEqual('10 s', found['elapsed'])
        self.assertEqual('about 5 s left', found['left'])

    def test_planned(self):
        found = self.one(
            completed=0, total=None, duration=None, started_at=None
        )
        self.assertEqual('planned', found['state'])
        self.assertEqual(0, found['completed'])
        for name in ('counts', 'rate', 'elapsed', 'left'):
            self.assertEqual('', found[name])

    def test_done(self):
        found = self.one(completed=30, successful=True, duration=3675)
        self.assertEqual('done', found['state'])
        self.assertEqual('1 h 01 min', found['elapsed'])
        self.assertEqual('', found['left'])

    def test_failed(self):
        found = self.one(completed=27, failed=3, successful=False)
        self.assertEqual('failed', found['state'])
        self.assertEqual(10, found['failed'])
        self.assertEqual('27 of 30, 3 failed', found['counts'])

    def test_more_than_the_total(self):
        self.assertEqual(100, self.one(completed=31)['completed'])

    def test_scaling_that_failed(self):
        found = progress.shown(
            CLUSTER, cluster(status='Active', status_description='no host')
        )
        self.assertTrue(found['has_ended'])
        self.assertTrue(found['has_failed'])

    def test_what_a_screen_reader_says_changes_with_steps_only(self):
        said = {
            progress.shown(CLUSTER, cluster(step(completed=n)))['summary']
            for n in range(30)
        }
        self.assertEqual({'Status Spawning. 0 of 1 step done.'}, said)

    def test_summary_names_what_failed(self):
        found = progress.shown(CLUSTER, cluster(step(failed=1), step()))
        self.assertEqual(
            'Status Spawning. 0 of 2 steps done. '
            'Instances failed in: Launching instances.',
            found['summary'],
        )

    def test_version_does_not_change_with_time_alone(self):
        def version(**changed):
            found = progress.shown(CLUSTER, cluster(step(**changed)))
            return found['version']

        self.assertEqual(version(), version(duration=11))
        self.assertNotEqual(version(), version(completed=21))

    def test_in_german(self):
        with translation.override('de'):
            found = self.one(completed=25, duration=90, failed=1)
        self.assertEqual('läuft', found['state_text'])
        self.assertEqual('25 von 30, 1 fehlgeschlagen', found['counts'])
        self.assertEqual('0,3/s', found['rate'])
        self.assertEqual('1 min 30 s', found['elapsed'])


class ProgressViewTest(base.TestCase):
    address = urls.reverse_lazy(
        'horizon:project:provisioning:progress', args=(CLUSTER,)
    )

    def test_one_request(self):
        self.api.return_value = {'provisioning': cluster(step())}
        answer = self.script(self.address)
        self.assertEqual(200, answer.status_code)
        self.assertEqual(66, answer.json()['percentage'])
        self.assertEqual('no-store', answer['Cache-Control'])
        self.api.assert_called_once()
        _request, service, path = self.api.call_args.args
        self.assertEqual('data-processing', service)
        self.assertEqual(f'/clusters/{CLUSTER}/provisioning', path)

    def test_the_token_stays(self):
        self.api.return_value = {'provisioning': cluster(step())}
        answer = self.script(self.address)
        self.assertNotIn(self.token.id, answer.content.decode())

    def test_no_such_cluster(self):
        self.api.side_effect = rest.Refused(404, 'no such cluster')
        answer = self.script(self.address)
        self.assertEqual(404, answer.status_code)
        self.assertEqual({'error': 'no such cluster'}, answer.json())

    def test_expired_token(self):
        self.api.side_effect = rest.Refused(401, 'log in')
        self.assertEqual(401, self.script(self.address).status_code)

    def test_conflict_is_not_of_this_server(self):
        self.api.side_effect = rest.Refused(409, 'busy')
        self.assertEqual(502, self.script(self.address).status_code)

    def test_unreachable(self):
        self.api.side_effect = rest.Unreachable('http://10.0.0.1 refused')
        answer = self.script(self.address)
        self.assertEqual(503, answer.status_code)
        self.assertEqual(
            {'error': 'The service is unreachable.'}, answer.json()
        )

    def test_id_that_is_none(self):
        self.api.return_value = {'provisioning': cluster()}
        self.script(self.address.replace(CLUSTER, 'a b?x=%23'))
        path = self.api.call_args.args[2]
        self.assertEqual('/clusters/a%20b/provisioning', path)

    def test_logged_out(self):
        self.setActiveUser()
        answer = self.script(self.address)
        self.assertEqual(401, answer.status_code)
        self.api.assert_not_called()


class FailuresViewTest(base.TestCase):
    address = urls.reverse_lazy(
        'horizon:project:provisioning:failures', args=(CLUSTER, STEP)
    )

    def test_failure(self):
        self.api.return_value = {'events': [event()]}
        answer = self.script(self.address)
        (found,) = answer.json()['failures']
        self.assertEqual('hadoop-worker-001', found['instance'])
        self.assertEqual('boom', found['reason'])
        self.assertEqual('e-1', found['error_id'])
        self.assertEqual('Traceback (most recent...', found['details'])
        self.assertIn(SERVER, found['instance_address'])
        self.assertIsNone(answer.json()['next'])

    def test_without_traceback(self):
        self.api.return_value = {
            'events': [event(event_info='boom\nError ID: e-1')]
        }
        (found,) = self.script(self.address).json()['failures']
        self.assertEqual(('boom', ''), (found['reason'], found['details']))

    def test_of_the_whole_step(self):
        self.api.return_value = {
            'events': [
                event(
                    instance_id=None,
                    instance_name=None,
                    event_info=None,
                    error_id=None,
                )
            ]
        }
        (found,) = self.script(self.address).json()['failures']
        self.assertEqual('All instances', found['instance'])
        self.assertIsNone(found['instance_address'])

    def test_pages(self):
        everything = [event(n) for n in range(1, 46)]

        def get(request, service, path, query):
            begin = 0
            if query['marker']:
                ids = [e['id'] for e in everything]
                begin = ids.index(query['marker']) + 1
            self.assertEqual('false', query['successful'])
            self.assertEqual(STEP, query['step_id'])
            return {'events': everything[begin : begin + query['limit']]}

        self.api.side_effect = get
        marker, found, sizes = '', [], []
        for _page in range(3):
            body = self.script(f'{self.address}?marker={marker}').json()
            found += [failure['id'] for failure in body['failures']]
            sizes.append(len(body['failures']))
            marker = body['next']
        self.assertIsNone(marker)
        self.assertEqual([e['id'] for e in everything], found)
        self.assertEqual([20, 20, 5], sizes)
        self.assertEqual(3, self.api.call_count)

    def test_time_in_the_zone_of_the_user(self):
        self.api.return_value = {'events': [event()]}
        self.client.cookies['django_timezone'] = 'Asia/Tokyo'
        (found,) = self.script(self.address).json()['failures']
        self.assertEqual('2026-11-30T23:30:00+00:00', found['time']['iso'])
        self.assertEqual('Dec. 1, 2026 08:30:00 JST', found['time']['text'])

    def test_marker_that_is_none(self):
        self.api.side_effect = rest.Refused(400, 'no such marker')
        answer = self.script(f'{self.address}?marker=x')
        self.assertEqual(400, answer.status_code)


class MarkupTest(base.TestCase):
    """Texts leave as JSON; the script makes text of them, see the walk."""

    def test_progress(self):
        planted = cluster(
            step(step_name=base.MARKUP, step_type=base.MARKUP),
            name=base.MARKUP,
            status=base.MARKUP,
            status_description=base.MARKUP,
        )
        self.api.return_value = {'provisioning': planted}
        answer = self.script(ProgressViewTest.address)
        self.assertEqual('application/json', answer['Content-Type'])
        self.assertEqual(base.MARKUP, answer.json()['description'])

    def test_failures(self):
        planted = event(
            instance_name=base.MARKUP,
            instance_id=base.MARKUP,
            event_info=base.MARKUP,
            error_id=base.MARKUP,
        )
        self.api.return_value = {'events': [planted]}
        answer = self.script(FailuresViewTest.address)
        self.assertEqual('application/json', answer['Content-Type'])
        (found,) = answer.json()['failures']
        self.assertEqual(base.MARKUP, found['reason'])
        self.assertIsNone(found['instance_address'])

    def test_addresses(self):
        planted = cluster(step(id='"><b>'), step(id='a/b'))
        found = progress.shown(CLUSTER, planted)['steps']
        self.assertIn('/%22%3E%3Cb%3E/', found[0]['address'])
        self.assertIsNone(found[1]['address'])
