# SPDX-License-Identifier: Apache-2.0
"""Other processes, played inside a test's own."""

import threading

import fixtures
import oslo_messaging as messaging
from oslo_utils import versionutils
from oslo_versionedobjects import base
from oslo_versionedobjects import exception

from ext_lib import indirection
from ext_lib import objects
from ext_lib import rpc

_PEER_OBJECT = 'ext_lib.testing.peer.PeerObject'


class PeerObject(objects.VersionedObject):
    """Base of the classes a peer knows; the registry never hears of them."""

    known: dict[str, type['PeerObject']] = {}

    @classmethod
    def obj_class_from_name(cls, objname, objver):
        found = cls.known[objname]
        if not versionutils.is_compatible(objver, found.VERSION):
            raise exception.IncompatibleObjectVersion(
                objname=objname, objver=objver, supported=found.VERSION
            )
        return found


class Serializer(base.VersionedObjectSerializer):
    OBJ_BASE_CLASS = PeerObject


class Peer(fixtures.Fixture):
    """Lets ``classes`` call an ObjectServer as an old process would.

    :param transport: of the server
    :param topic: of the server
    :param classes: subclasses of PeerObject, named as the objects they are
    """

    def __init__(self, transport, topic, *classes):
        self._transport = transport
        self._topic = topic
        self._classes = classes

    def _setUp(self):
        for cls in self._classes:
            base.VersionedObjectRegistry.objectify(cls)
        known = {cls.obj_name(): cls for cls in self._classes}
        self._patch(f'{_PEER_OBJECT}.known', known)
        namespace = self._classes[0].OBJ_PROJECT_NAMESPACE
        self._patch(f'{_PEER_OBJECT}.OBJ_PROJECT_NAMESPACE', namespace)
        self._patch(
            'oslo_versionedobjects.base.obj_tree_get_versions',
            lambda name: {n: cls.VERSION for n, cls in known.items()},
        )
        self._patch(
            f'{_PEER_OBJECT}.indirection_api',
            indirection.ObjectClient(self._client()),
        )

    def _patch(self, name, value):
        self.useFixture(fixtures.MonkeyPatch(name, value))

    def _client(self):
        target = messaging.Target(topic=self._topic)
        return rpc.get_client(self._transport, target, Serializer())

    def receive(self, context, sent):
        """Return ``sent``, an object, as the peer would have it."""
        primitive = base.VersionedObjectSerializer().serialize_entity(
            context, sent
        )
        return Serializer().deserialize_entity(context, primitive)


class Elsewhere(fixtures.Fixture):
    """Lets the test's thread have no database, as if a process of its own.

    :param object_base: remotable methods of its subclasses go over RPC if
        this thread calls them
    :param client: RPC client of an ObjectServer
    """

    def __init__(self, object_base, client):
        self._object_base = object_base
        self._client = client

    def _setUp(self):
        # Not every base has the attribute itself.
        base_class = self._object_base
        self.addCleanup(setattr, base_class, 'indirection_api', None)
        base_class.indirection_api = _OfThisThread(self._client)


class _OfThisThread(indirection.ObjectClient):
    def __init__(self, client):
        super().__init__(client)
        self._thread = threading.get_ident()

    def __bool__(self):
        return threading.get_ident() == self._thread
