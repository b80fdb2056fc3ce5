# SPDX-License-Identifier: Apache-2.0
"""A failure tells users what they may know."""

from ext_lib import context
from nova_ext import exception
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_fault import InstanceFault
from nova_ext.tests import base


class TestFromException(base.TestCase):
    def fault(self, error, **kwargs):
        return InstanceFault.from_exception(
            context.get_admin_context(), 'uuid', error, **kwargs
        )

    def test_message_of_an_own_error(self):
        fault = self.fault(exception.NoValidHost(reason='No room.'))
        self.assertEqual('No valid host was found. No room.', fault.message)

    def test_of_another_only_the_class_is_told(self):
        self.assertEqual(
            'ValueError', self.fault(ValueError('secret')).message
        )

    def test_what_was_not_found_is_404(self):
        fault = self.fault(exception.MigrationNotFound(migration_id=1))
        self.assertEqual(404, fault.code)

    def test_everything_else_is_500(self):
        self.assertEqual(500, self.fault(ValueError()).code)

    def test_a_long_message_is_cut(self):
        fault = self.fault(exception.NoValidHost(reason='x' * 300))
        self.assertEqual(255, len(fault.message))

    def test_details_and_host(self):
        fault = self.fault(ValueError(), details='frames', host='host1')
        self.assertEqual('frames', fault.details)
        self.assertEqual('host1', fault.host)


class TestInstanceFaultCreate(base.DatabaseTestCase):
    def test_it_is_stored(self):
        instance = Instance(self.context, project_id=self.context.project_id)
        instance.create()
        fault = InstanceFault.from_exception(
            self.context, instance.uuid, ValueError(), details='frames'
        )
        fault.create()
        self.assertEqual(set(), fault.obj_what_changed())
        instance.refresh()
        assert instance.fault is not None
        self.assertEqual(fault.id, instance.fault.id)
        self.assertEqual('frames', instance.fault.details)
