# SPDX-License-Identifier: Apache-2.0
"""A walk through pages of clusters, servers and tasks while things happen."""

from selenium.webdriver.common.keys import Keys

from ext_dashboard.tests.functional import base
from ext_dashboard.tests.functional import pages
from ext_dashboard.tests.functional.base import part

_CONFIGURING = 'Configuring instances'
_STEP = '[data-part="step-list"] > li'
_FAILURE = '[data-part="failure-list"] > li'
_HISTORY = '[data-ext="history"] [data-part="list"] > li'
_EVENT = '[data-part="event-list"] > li'
_AUDIT = '[data-ext="audit"] [data-part="list"] > li'
_TASK = '[data-ext="tasks"] [data-part="list"] > tr'
#: Milliseconds, which are longer than the pause between two polls.
_PAUSE = 8000
#: Bytes of the answer to a poll.
_SMALL = 6000
_WAIT = 'setTimeout(arguments[arguments.length - 1], arguments[0])'


setUpModule = base.start


class ClusterTest(base.WalkCase):
    #: A cluster with 10,000 failures.
    crowd: str

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # It takes a while, in which the other tests run.
        cls.crowd = cls.site.create_cluster(
            'crowd',
            count=10000,
            groups=10,
            fail_step='Launching instances',
            fail_instances=10000,
        )

    def test_cluster_that_comes_up_and_is_scaled(self):
        browser, relay = self.browser, self.site.relays['data-processing']
        cluster = self.site.create_cluster('growing', seconds=5)
        self.open_cluster(cluster)
        browser.wait(_STEP, 'planned')
        self.assertIn('of 30', ' '.join(browser.texts(_STEP)))
        browser.picture('cluster-in-progress')
        browser.wait(part('provisioning', 'status'), 'Active', 120)
        self.assertEqual(
            '100 %', browser.text(part('provisioning', 'percentage'))
        )
        self.assertEqual(
            ['30 of 30'] * 5,
            browser.texts(part('provisioning', 'counts')),
        )
        self.assertEqual([], browser.texts(_FAILURE))
        # Once it is done, nothing is asked.
        asked = relay.round_trips
        browser.driver.execute_async_script(_WAIT, _PAUSE)
        self.assertEqual(asked, relay.round_trips)
        self.site.api('data-processing').put(
            f'/clusters/{cluster}',
            json={'resize_node_groups': [{'name': 'worker0', 'count': 35}]},
        )
        browser.click(part('provisioning', 'refresh'))
        browser.wait(_STEP, 'scaling')
        browser.picture('cluster-scaling')
        browser.wait(part('provisioning', 'status'), 'Active', 120)
        self.assertIn('5 of 5', browser.texts(part('provisioning', 'counts')))
        self.assertEqual([], browser.errors())

    def test_cluster_that_fails(self):
        browser = self.browser
        cluster = self.site.create_cluster(
            'failing', fail_step=_CONFIGURING, seconds=1
        )
        self.open_cluster(cluster)
        browser.wait(part('provisioning', 'status'), 'Error', 120)
        browser.wait(_FAILURE, 'failed on purpose')
        self.assertEqual(1, len(browser.texts(_FAILURE)))
        self.assertIn('29 of 30, 1 failed', ' '.join(browser.texts(_STEP)))
        error_id = browser.text(part('provisioning', 'error-id'))
        self.assertIn(
            error_id, browser.text(part('provisioning', 'description'))
        )
        # Policy shows it to administrators only.
        self.assertEqual([], browser.texts(f'{_FAILURE} summary'))
        self.log_in('admin')
        self.open_cluster(cluster)
        browser.wait(_FAILURE, 'failed on purpose')
        self.assertEqual([], browser.texts(part('provisioning', 'traceback')))
        browser.press(f'{_FAILURE} summary', Keys.ENTER)
        browser.wait(part('provisioning', 'traceback'), 'FailedOnPurpose')
        browser.picture('cluster-failed')
        self.assertEqual([], browser.violations('[data-ext="provisioning"]'))
        for language in ('de', 'he'):
            browser.speak(language)
            self.open_cluster(cluster)
            browser.wait(_FAILURE, 'failed on purpose')
            self.assertNotIn('Steps', browser.texts('h2'))
            self.assert_fits('[data-ext="provisioning"]')
            browser.picture(f'cluster-failed-{language}')
        browser.speak('en')
        browser.resize(390, 900)
        self.open_cluster(cluster)
        browser.wait(_FAILURE, 'failed on purpose')
        self.assert_fits('[data-ext="provisioning"]')
        browser.picture('cluster-failed-narrow')

    def test_requests_of_a_page(self):
        browser, relay = self.browser, self.site.relays['data-processing']
        cluster = self.site.create_cluster('large', count=1000, seconds=60)
        self.wait_for(
            lambda: self.site.progress(cluster)['status'] == 'Spawning',
            'instances',
        )
        before = relay.round_trips
        self.open_cluster(cluster)
        browser.wait(_STEP, 'of 1000')
        opened = relay.round_trips
        self.assertLessEqual(opened - before, 3)
        self.wait_for(
            lambda: relay.round_trips >= opened + 2, 'two more requests'
        )
        polls = self._sizes()
        self.assertEqual(polls[-1:], [p for p in polls[-1:] if p < _SMALL])
        # Each is one request, beside the one that may be under way.
        self.assertIn(relay.round_trips - before - len(polls), (1, 2))

    def _sizes(self):
        """Return how many bytes each poll took."""
        return self.browser.run(
            'return performance.getEntriesByType("resource")'
            '.filter(e => e.name.includes("/provisioning/clusters/"))'
            '.map(e => e.encodedBodySize)'
        )

    def test_ten_thousand_failures(self):
        browser = self.browser
        self.site.wait_for_cluster(self.crowd, 'Error', 300)
        self.open_cluster(self.crowd)
        browser.wait(part('provisioning', 'range'), '1 to 20 of 10000')
        browser.picture('cluster-crowd')
        self.assertEqual(20, len(browser.texts(_FAILURE)))
        first = browser.texts(_FAILURE)
        browser.click(part('provisioning', 'next'))
        browser.wait(part('provisioning', 'range'), '21 to 40 of 10000', 10)
        self.assertEqual([], sorted({*first} & {*browser.texts(_FAILURE)}))
        browser.click(part('provisioning', 'previous'))
        browser.wait(part('provisioning', 'range'), '1 to 20 of 10000', 10)
        self.assertEqual(first, browser.texts(_FAILURE))

    def test_service_that_is_unreachable_for_a_while(self):
        browser, relay = self.browser, self.site.relays['data-processing']
        cluster = self.site.create_cluster('cut-off', count=300, seconds=20)
        self.open_cluster(cluster)
        relay.refuse()
        browser.wait(part('provisioning', 'message'), 'is unreachable')
        self.assertNotEqual([], browser.texts(_STEP))
        browser.picture('cluster-unreachable')
        relay.recover()
        browser.wait_until_gone(part('provisioning', 'message'))

    def test_page_opened_while_the_service_is_unreachable(self):
        browser = self.browser
        cluster = self.site.create_cluster('lonely', count=1)
        self.site.relays['data-processing'].refuse()
        for path in (f'{base.CLUSTERS}{cluster}', base.INDEX):
            browser.open(path)
            browser.wait('.alert', 'Unable to')
        browser.picture('data-processing-unreachable')
        self.assert_no_error_page()

    def test_planted_markup(self):
        browser = self.browser
        cluster = self.site.create_cluster(
            'planted', count=3, fail_step=_CONFIGURING
        )
        self.site.wait_for_cluster(cluster, 'Error')
        for table, column in (
            ('cluster_events', 'event_info'),
            ('cluster_events', 'instance_name'),
            ('cluster_events', 'error_id'),
            ('cluster_provision_steps', 'step_name'),
            ('clusters', 'status_description'),
            ('clusters', 'description'),
            ('clusters', 'name'),
        ):
            self._plant(table, column, cluster)
        self.open_cluster(cluster)
        browser.wait(_FAILURE, '<script>')
        browser.wait(_STEP, '<img')
        browser.picture('cluster-planted')
        self.assert_unharmed()
        for tab in ('General Info', 'Cluster Events'):
            self.open_tab(tab)
            browser.wait('.tab-pane.active', '<img')
            self.assert_unharmed()

    def _plant(self, table, column, cluster):
        key = {'clusters': 'id', 'cluster_provision_steps': 'cluster_id'}
        where = f'{key.get(table, "cluster_id")} = ?'
        self.site.execute(
            'sahara_ext',
            f'UPDATE {table} SET {column} = ? WHERE {where}',
            pages.MARKUP,
            cluster,
        )


class AuditTest(base.WalkCase):
    def wait_for_trail(self, server, action, count=1):
        """Wait until the trail has as many actions of a name, ended ones."""
        api = self.site.api('compute')
        path = f'/audit/actions?server={server}&action={action}'
        self.wait_for(
            lambda: (
                sum(
                    found['result'] != 'unfinished'
                    for found in api.get(path).json()['actions']
                )
                == count
            ),
            f'{action} to be in the trail',
        )

    def open(self, dashboard='project'):
        """Open the page, and wait for its list."""
        self.browser.open(f'/{dashboard}/server_audit/')
        self.browser.wait(_AUDIT)

    def search(self, **fields):
        """Fill in the form from an empty one, and search."""
        browser = self.browser
        browser.run('document.querySelector("[data-ext=audit] form").reset()')
        for name, value in fields.items():
            browser.run(
                'document.querySelector(`[name=${arguments[0]}]`).value ='
                ' arguments[1]',
                name,
                value,
            )
        browser.click('[data-ext="audit"] [type=submit]')

    def assert_found(self, *names):
        """Wait until the list has actions of these names, and no others."""
        self.wait_for(
            lambda: (
                tuple(self.browser.texts(f'{_AUDIT} > .ext-line > .ext-name'))
                == names
            ),
            f'the actions {names}',
        )

    def test_who_deleted_a_server(self):
        browser = self.browser
        server = self.site.create_server('web-3')
        self.log_in('admin')
        self.site.api('compute', 'admin').delete(f'/servers/{server}')
        self.log_in('demo')
        self.wait_for_trail(server, 'delete')
        self.open()
        self.search(server_name='web-3', action='delete')
        self.assert_found('Delete')
        browser.click(f'{_AUDIT} summary')
        browser.wait(_EVENT, 'compute_terminate_instance')
        self.assertNotIn('host1', browser.text(_AUDIT))
        self.assertEqual([], browser.violations('[data-ext="audit"]'))
        browser.picture('audit-of-owner')
        browser.click(f'{_AUDIT} [data-part=server]')
        browser.wait(_HISTORY, 'Delete')
        self.assertIn(server, browser.text('h1'))

    def test_what_failed_on_a_host(self):
        browser = self.browser
        server = self.site.create_server('db-1', **{'fake:fail': 'power_off'})
        self.site.act(server, **{'os-stop': None})
        self.log_in('admin')
        self.wait_for_trail(server, 'stop')
        self.open('admin')
        self.assertLess(1, len(browser.texts(_AUDIT)))
        self.search(
            host='host1',
            result='error',
            server_name='db-1',
            since='2020-01-01T00:00',
            before='2099-01-01T00:00',
        )
        self.assert_found('Stop')
        browser.click(f'{_AUDIT} summary')
        browser.wait(_EVENT, 'host1')
        browser.picture('audit')
        self.search(server_name='db-1', before='2020-01-01T00:00')
        browser.wait(part('audit', 'empty'))
        self.search(since='2020-01-02T00:00', before='2020-01-01T00:00')
        browser.wait(part('audit', 'message'))
        browser.picture('audit-refused')
        browser.click('[data-ext="audit"] [type=reset]')
        browser.wait(_AUDIT, 'db-1')
        self.assertEqual([], browser.texts(part('audit', 'message')))

    def test_pages(self):
        browser = self.browser
        server = self.site.create_server('paged')
        for _ in range(11):
            for action in ('lock', 'unlock'):
                self.site.act(server, **{action: None})
        self.wait_for_trail(server, 'unlock', 11)
        self.open()
        self.search(server_name='paged')
        self.wait_for(
            lambda: browser.text(part('audit', 'page')) == 'Page 1', 'pages'
        )
        self.assertEqual(20, len(browser.texts(_AUDIT)))
        browser.click(part('audit', 'next'))
        self.assert_found('Unlock', 'Lock', 'Create')
        browser.picture('audit-second-page')
        browser.click(part('audit', 'previous'))
        self.wait_for(lambda: len(browser.texts(_AUDIT)) == 20, 'page 1')
        for language in ('de', 'he'):
            browser.speak(language)
            self.open()
            self.assertNotIn('Search', browser.text('[data-ext="audit"]'))
            self.assert_fits('[data-ext="audit"]')
            browser.picture(f'audit-{language}')
        browser.speak('en')
        browser.resize(390, 900)
        self.open()
        self.assert_fits('[data-ext="audit"]')
        browser.picture('audit-narrow')

    def test_planted_markup(self):
        browser = self.browser
        server = self.site.create_server(pages.MARKUP)
        self.wait_for_trail(server, 'create')
        self.open()
        browser.click(f'{_AUDIT} summary')
        browser.wait(_EVENT)
        browser.picture('audit-planted')
        self.assert_unharmed()
        self.search(server_name=pages.MARKUP)
        self.assert_found('Create')
        self.assertIn(server, browser.text(_AUDIT))
        self.assert_unharmed()


class ServerTest(base.WalkCase):
    def test_history_of_a_server(self):
        browser = self.browser
        server = self.site.create_server('moving', **{'fake:fail': 'migrate'})
        self.site.act(server, 'admin', migrate=None)
        self.site.wait_for_server(server, 'ERROR')
        self._open_history(server)
        browser.wait(_HISTORY, 'Error')
        self.assertEqual([], browser.texts(f'{_HISTORY}[data-kind=migration]'))
        browser.click(f'{_HISTORY} summary')
        browser.wait(_EVENT, 'error')
        self.assertEqual([], browser.texts(f'{_EVENT} summary'))
        browser.picture('history-of-owner')
        self.log_in('admin')
        self._open_history(server)
        browser.wait(f'{_HISTORY}[data-kind=migration]', 'host1')
        browser.click(f'{_HISTORY}[data-kind=action] summary')
        browser.wait(_EVENT, 'host1')
        browser.picture('history')
        browser.click(f'{_EVENT}[data-state=failed] summary')
        browser.wait(f'{_EVENT} pre', 'failed on purpose')
        browser.picture('history-traceback')
        self.assertEqual([], browser.violations('[data-ext="history"]'))
        browser.resize(390, 900)
        self.assert_fits('[data-ext="history"]')
        browser.picture('history-narrow')

    def _open_history(self, server):
        self.browser.open(f'/project/instances/{server}/')
        self.open_tab('History')
        self.browser.wait(_HISTORY)

    def test_history_of_a_deleted_server(self):
        browser = self.browser
        server = self.site.create_server('short')
        self.site.api('compute').delete(f'/servers/{server}')
        self.wait_for(
            lambda: (
                self.site.api('compute')
                .get(f'/servers/{server}', raise_exc=False)
                .status_code
                == 404
            ),
            'the server to be deleted',
        )
        browser.open('/project/server_history/')
        browser.find('[name=server]').send_keys(server + '\n')
        browser.wait(_HISTORY, 'Delete')
        self.assertIn(server, browser.text('h1'))

    def test_tasks(self):
        browser = self.browser
        self.site.create_server('ordered', tag='order-4711')
        self.site.create_server('other')
        browser.open('/project/server_tasks/')
        browser.wait(_TASK, 'order-4711')
        self.assertLess(1, len(browser.texts(_TASK)))
        browser.find('[name=tag]').send_keys('order-4711\n')
        self.wait_for(
            lambda: len(browser.texts(_TASK)) == 1, 'one task to be found'
        )
        self.assertIn('success', browser.text(_TASK))
        browser.picture('tasks')
        self.assertEqual([], browser.violations('[data-ext="tasks"]'))
        browser.click(f'{_TASK} a')
        browser.wait('.page-header', 'ordered')
        self.open_tab('Tasks')
        browser.wait(_TASK, 'order-4711')
        self.assertEqual(1, len(browser.texts(_TASK)))

    def test_pages_opened_while_compute_is_unreachable(self):
        browser = self.browser
        server = self.site.create_server('alone')
        self.site.relays['compute'].refuse()
        for name, path in (
            ('tasks', '/project/server_tasks/'),
            ('history', f'/project/server_history/servers/{server}'),
            ('audit', '/project/server_audit/'),
        ):
            browser.open(path)
            browser.wait(part(name, 'message'), 'is unreachable')
        browser.picture('compute-unreachable')
        self.assert_no_error_page()

    def test_planted_markup(self):
        browser = self.browser
        server = self.site.create_server(
            'planted', tag='planted', **{'fake:fail': 'power_off'}
        )
        self.site.act(server, **{'os-stop': None})
        self.wait_for(
            lambda: 'Error' in str(self._actions(server)), 'the failure'
        )
        for table, column, key in (
            ('instances', 'display_name', 'uuid'),
            ('instance_actions', 'message', 'instance_uuid'),
            ('instance_actions', 'user_id', 'instance_uuid'),
        ):
            self._plant(table, column, key, server)
        self.log_in('admin')
        self._open_history(server)
        browser.wait(_HISTORY, '<script>')
        browser.picture('history-planted')
        self.assert_unharmed()

    def _actions(self, server):
        path = f'/servers/{server}/os-instance-actions'
        return self.site.api('compute').get(path).json()

    def _plant(self, table, column, key, server):
        self.site.execute(
            'nova_ext',
            f'UPDATE {table} SET {column} = ? WHERE {key} = ?',
            pages.MARKUP,
            server,
        )

    def test_script_that_became_markup(self):
        """It does not run, whatever puts it into the page."""
        browser = self.browser
        server = self.site.create_server('strict')
        cluster = self.site.create_cluster('strict', count=1)
        for path in (
            f'/project/instances/{server}/',
            f'/project/server_history/servers/{server}',
            '/project/server_tasks/',
            '/project/server_audit/',
            f'{base.CLUSTERS}{cluster}',
        ):
            browser.open(path)
            browser.wait('.page-header')
            browser.run(
                """
                document.body.insertAdjacentHTML('beforeend', arguments[0]);
                window.jQuery(document.body).append(arguments[0]);
                const script = document.createElement('script');
                script.textContent = 'document.planted = 4';
                document.body.appendChild(script);""",
                pages.MARKUP,
            )
            self.wait_for(
                lambda: 'Content Security Policy' in str(browser.errors()),
                'the browser to refuse',
            )
            self.assertIsNone(browser.run('return document.planted'))
