# SPDX-License-Identifier: Apache-2.0
"""The rules of the Task API, in front of a real nova."""

from ext_lib.testing import polling
from nova_ext.tests.functional.tasks import key_rules
from nova_ext.tests.functional.tasks import rules
from nova_ext.tests.realcloud import base


class TestRules(rules.Rules, base.TestCase):
    """All of them, and what only nova has."""

    def test_changes_that_nova_does_not_record(self):
        server = self.booted()
        before = self.actions(server)
        metadata = {'metadata': {'a': 'b', 'c': 'd'}}
        for name, method, path, body, status in (
            ('update', 'PUT', '', {'server': {'description': 'x'}}, 200),
            ('update_metadata', 'POST', '/metadata', metadata, 200),
            ('replace_metadata', 'PUT', '/metadata', metadata, 200),
            (
                'update_metadata',
                'PUT',
                '/metadata/a',
                {'meta': {'a': 'e'}},
                200,
            ),
            ('delete_metadata', 'DELETE', '/metadata/c', None, 204),
            ('replace_tags', 'PUT', '/tags', {'tags': ['a', 'b']}, 200),
            ('add_tag', 'PUT', '/tags/c', None, 201),
            ('delete_tag', 'DELETE', '/tags/c', None, 204),
            ('delete_tags', 'DELETE', '/tags', None, 204),
            ('clear_password', 'DELETE', '/os-server-password', None, 204),
        ):
            url, tag = f'/servers/{server}{path}', self.new_tag()
            first = self.ask(method, url, body, tag=tag)
            self.assertEqual(status, first.status, first.text)
            self.assertRepeated(first, self.ask(method, url, body, tag=tag))
            [task] = self.tasks(tag)
            self.assertEqual(
                (name, 'success', status, {'server': server}),
                (
                    task['task'],
                    task['state'],
                    task['code'],
                    task['resource'],
                ),
            )
        shown = self.ask('GET', f'/servers/{server}').json['server']
        self.assertEqual({'a': 'e'}, shown['metadata'])
        self.assertEqual('x', shown['description'])
        self.assertEqual(before, self.actions(server))

    def actions(self, server):
        """Return what nova has recorded of a server."""
        path = f'/servers/{server}/os-instance-actions'
        return self.ask('GET', path).json['instanceActions']

    def test_the_other_name_of_servers(self):
        """Of nova 34 the one request that does not fail by itself."""
        server, tag = self.booted(), self.new_tag()
        path = f'/os-volumes_boot/{server}'
        first = self.ask('DELETE', path, tag=tag)
        self.assertEqual(204, first.status)
        self.assertRepeated(first, self.ask('DELETE', path, tag=tag))
        [task] = self.ended(tag)
        self.assertEqual(('delete', 'success'), (task['task'], task['state']))


class TestKeyRules(key_rules.KeyRules, base.TestCase):
    """All of those of idempotency keys."""

    def test_the_end_is_waited_for(self):
        tag = self.new_tag()
        self.make(key_rules.new_key(), tag, tag=tag)

        def has_ended():
            [task] = self.tasks(tag, '?wait=20')
            return task['state'] in rules.ENDED

        polling.wait_until(has_ended, 'the task')
        answer = self.ask('GET', f'/servers/{tag}/tasks?wait=x')
        self.assertEqual(400, answer.status)
