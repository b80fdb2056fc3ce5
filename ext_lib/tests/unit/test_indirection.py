# SPDX-License-Identifier: Apache-2.0
"""Remotable methods run elsewhere and look as if they ran here."""

from oslo_config import cfg
from oslo_db import exception as db_exception
import oslo_messaging as messaging
from oslo_versionedobjects import base
from oslo_versionedobjects import exception as ovo_exception
from oslo_versionedobjects import fields
from oslo_versionedobjects import fixture as ovo_fixture
from oslotest import base as test_base

from ext_lib import context
from ext_lib import exception
from ext_lib import fixture
from ext_lib import indirection
from ext_lib import objects
from ext_lib import service
from ext_lib.testing import peer


class ThingNotFound(exception.NotFound):
    msg_fmt = 'No %(thing)s.'


class ThingBase(objects.VersionedObject):
    OBJ_PROJECT_NAMESPACE = 'things'


@base.VersionedObjectRegistry.objectify
class Part(ThingBase):
    VERSION = '1.1'
    SINCE = {'weight': '1.1'}
    fields = {
        'name': fields.StringField(),
        'weight': fields.IntegerField(nullable=True),
    }


@base.VersionedObjectRegistry.objectify
class Thing(ThingBase):
    VERSION = '1.2'
    SINCE = {'place': '1.2'}
    fields = {
        'name': fields.StringField(),
        'place': fields.StringField(nullable=True),
        'created_at': objects.DateTimeField(nullable=True),
        'part': fields.ObjectField('Part', nullable=True),
    }

    @classmethod
    @base.remotable
    def get(cls, context, name, place=None):
        if name == 'nothing':
            raise ThingNotFound(thing=name)
        part = Part(context, name='p', weight=3)
        thing = cls(context, name=name, place=place, part=part)
        thing.obj_reset_changes(recursive=True)
        return thing

    @classmethod
    @base.remotable
    def whose(cls, context):
        return [context.user_id, context.project_id, context.request_id]

    @classmethod
    def unreachable(cls, context):
        raise AssertionError('called from outside')

    @base.remotable
    def move(self, place):
        self.place = place
        self.created_at = self.obj_context.timestamp
        self.obj_reset_changes()
        return 'moved'

    @base.remotable
    def change(self):
        self.place = 'there'

    @base.remotable
    def fail(self):
        raise ThingNotFound(thing=self.name)


class Serializer(base.VersionedObjectSerializer):
    OBJ_BASE_CLASS = ThingBase


class Manager(service.Manager):
    def endpoints(self):
        return [indirection.ObjectServer(ThingBase)]


class IndirectionTestCase(test_base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self._register()
        conf = cfg.ConfigOpts()
        conf([])
        self.rpc = self.useFixture(fixture.RPC(conf, [__name__], Serializer()))
        self.rpc.serve(Manager(), self.rpc.topic)
        self.client = indirection.ObjectClient(self.rpc.client(self.rpc.topic))
        self.context = context.RequestContext(
            user_id='jo', project_id='demo', roles=['member']
        )

    def _register(self):
        base.VersionedObjectRegistry()  # the fixture wants one to copy
        registry = self.useFixture(
            ovo_fixture.VersionedObjectRegistryFixture()
        )
        registry.register(Part)
        registry.register(Thing)


class TestObjectServer(IndirectionTestCase):
    def get(self, versions, *args, **kwargs):
        return self.client.object_class_action_versions(
            self.context, 'Thing', 'get', versions, args, kwargs
        )

    def test_a_class_method_returns_an_object(self):
        thing = self.get({'Thing': '1.2', 'Part': '1.1'}, 'x', place='here')
        self.assertIsInstance(thing, Thing)
        self.assertEqual(('x', 'here'), (thing.name, thing.place))
        self.assertEqual(3, thing.part.weight)
        self.assertEqual(set(), thing.obj_what_changed())

    def test_the_result_fits_an_older_caller(self):
        thing = self.get({'Thing': '1.1', 'Part': '1.0'}, 'x', place='here')
        self.assertEqual('1.1', thing.VERSION)
        self.assertFalse(thing.obj_attr_is_set('place'))
        self.assertFalse(thing.part.obj_attr_is_set('weight'))

    def test_a_newer_caller_is_refused(self):
        self.assertRaises(
            ovo_exception.IncompatibleObjectVersion,
            self.get,
            {'Thing': '1.3', 'Part': '1.1'},
            'x',
        )

    def test_the_caller_travels_along(self):
        whose = self.client.object_class_action_versions(
            self.context, 'Thing', 'whose', {'Thing': '1.2'}, (), {}
        )
        self.assertEqual(['jo', 'demo', self.context.request_id], whose)

    def test_an_error_keeps_its_class_and_values(self):
        error = self.assertRaises(
            ThingNotFound, self.get, {'Thing': '1.2'}, 'nothing'
        )
        self.assertEqual({'thing': 'nothing'}, error.kwargs)

    def test_only_remotable_methods_can_be_called(self):
        for name in ('unreachable', 'obj_name', '__init__', 'nonsense'):
            self.assertRaises(
                ovo_exception.ObjectActionError,
                self.client.object_class_action_versions,
                *(self.context, 'Thing', name, {'Thing': '1.2'}, (), {}),
            )

    def test_an_unknown_object_is_refused(self):
        self.assertRaises(
            ovo_exception.UnsupportedObjectError,
            self.client.object_class_action_versions,
            *(self.context, 'Nothing', 'get', {'Nothing': '1.0'}, (), {}),
        )

    def test_a_method_tells_what_it_changed(self):
        thing = Thing(self.context, name='x', place=None)
        updates, result = self.client.object_action(
            self.context, thing, 'move', (), {'place': 'here'}
        )
        self.assertEqual('moved', result)
        self.assertEqual('here', updates['place'])
        self.assertIn('created_at', updates)
        self.assertNotIn('name', updates)
        self.assertEqual([], updates['obj_what_changed'])

    def test_a_change_that_was_not_saved_stays_a_change(self):
        thing = Thing(self.context, name='x')
        thing.obj_reset_changes()
        updates, _ = self.client.object_action(
            self.context, thing, 'change', (), {}
        )
        self.assertEqual(['place'], updates['obj_what_changed'])

    def test_an_object_too_new_is_made_older(self):
        thing = Thing(
            self.context, name='x', place='here', part=Part(name='p', weight=3)
        )
        old = self.client.object_backport_versions(
            self.context, thing, {'Thing': '1.1', 'Part': '1.0'}
        )
        assert isinstance(old, Thing) and old.part is not None
        self.assertEqual('1.1', old.VERSION)
        self.assertFalse(old.obj_attr_is_set('place'))
        self.assertFalse(old.part.obj_attr_is_set('weight'))


class TestObjectClient(IndirectionTestCase):
    def test_it_waits_until_a_server_answers(self):
        self.client.wait_until_ready(self.context, 10)

    def test_it_gives_up(self):
        client = indirection.ObjectClient(self.rpc.client('unheard'))
        error = self.assertRaises(
            indirection.NoAnswer, client.wait_until_ready, self.context, 0
        )
        self.assertIsInstance(error, messaging.MessagingTimeout)

    def test_what_is_an_outage(self):
        for error in (
            db_exception.DBConnectionError(),
            indirection.NoAnswer(),
            messaging.RemoteError('DBConnectionError', 'gone away'),
            messaging.RemoteError('NoAnswer', 'timed out'),
        ):
            self.assertTrue(indirection.is_outage(error), error)
        for error in (
            db_exception.DBError(),
            # Another host did not answer.
            messaging.MessagingTimeout(),
            messaging.RemoteError('MessagingTimeout', 'timed out'),
        ):
            self.assertFalse(indirection.is_outage(error), error)


def old_thing():
    class Thing(peer.PeerObject):
        OBJ_PROJECT_NAMESPACE = 'things'
        VERSION = '1.1'
        fields = {
            'name': fields.StringField(),
            'created_at': objects.DateTimeField(nullable=True),
        }

        @classmethod
        @base.remotable
        def get(cls, context, name):
            raise AssertionError('ran here')

        @base.remotable
        def move(self, place):
            raise AssertionError('ran here')

        @base.remotable
        def fail(self):
            raise AssertionError('ran here')

    return Thing


class TestOldPeer(IndirectionTestCase):
    """A process with Thing 1.1, from before it had a place."""

    def setUp(self):
        super().setUp()
        self.cls = old_thing()
        self.peer = self.useFixture(
            peer.Peer(self.rpc.transport, self.rpc.topic, self.cls)
        )

    def test_class_methods_run_at_the_server(self):
        thing = self.cls.get(self.context, 'x')
        self.assertIsInstance(thing, self.cls)
        self.assertEqual('x', thing.name)
        self.assertNotIn('place', thing.fields)

    def test_methods_run_at_the_server(self):
        thing = self.cls.get(self.context, 'x')
        self.assertEqual('moved', thing.move(place='here'))
        self.assertEqual(self.context.timestamp, thing.created_at)
        self.assertEqual(set(), thing.obj_what_changed())

    def test_errors_of_methods_come_back(self):
        thing = self.cls.get(self.context, 'x')
        self.assertRaises(ThingNotFound, thing.fail)

    def test_an_object_it_is_sent_is_made_older_on_arrival(self):
        sent = Thing(self.context, name='x', place='here')
        received = self.peer.receive(self.context, sent)
        self.assertIsInstance(received, self.cls)
        self.assertEqual('x', received.name)
