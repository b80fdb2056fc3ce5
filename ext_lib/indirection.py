# SPDX-License-Identifier: Apache-2.0
"""Remotable methods over RPC: for processes that hold no database."""

from collections.abc import Mapping, Sequence
import time
from typing import Any

import oslo_messaging as messaging
from oslo_versionedobjects import base
from oslo_versionedobjects import exception as ovo_exception

from ext_lib import exception
from ext_lib.context import RequestContext
from ext_lib.db import connect_limits

_NAMESPACE = 'objects'
_VERSION = '1.0'

_Updates = dict[str, Any]


class NoAnswer(messaging.MessagingTimeout):
    """No server answered, though one may have done what it was asked."""


_OUTAGES = (*connect_limits.OUTAGES, NoAnswer)
#: As errors of the one who asked say it to others.
_OUTAGE_NAMES = tuple(one.__name__ for one in _OUTAGES)


def is_outage(error: BaseException) -> bool:
    """Return whether an error means that the database was unreachable.

    From this process, or from the one that answers it; that one may have been
    unreachable itself.
    """
    if isinstance(error, messaging.RemoteError):
        return error.exc_type in _OUTAGE_NAMES
    return isinstance(error, _OUTAGES)


class ObjectServer:
    """The endpoint that carries out remotable methods for others.

    :param object_base: class whose objects are served; their registry must
        be filled
    """

    target = messaging.Target(namespace=_NAMESPACE, version=_VERSION)

    def __init__(self, object_base: type[base.VersionedObject]) -> None:
        self._object_base = object_base

    def ping(self, context: RequestContext) -> None:
        """Answer, so that a client knows that a process listens."""

    def object_class_action_versions(
        self,
        context: RequestContext,
        objname: str,
        objmethod: str,
        object_versions: dict[str, str],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Call a class method; the result fits what the caller knows.

        :param object_versions: name and version of every object the caller
            knows and may get
        """
        objclass = self._object_base.obj_class_from_name(
            objname, object_versions[objname]
        )
        result = _call(objclass, objmethod, (context, *args), kwargs)
        if not isinstance(result, base.VersionedObject):
            return result
        return _backport(result, object_versions)

    def object_action(
        self,
        context: RequestContext,
        objinst: base.VersionedObject,
        objmethod: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> tuple[_Updates, Any]:
        """Call a method of an object.

        :returns: fields the method changed, and its result
        """
        before = objinst.obj_clone()
        result = _call(objinst, objmethod, args, kwargs)
        return _updates(before, objinst), result

    def object_backport_versions(
        self,
        context: RequestContext,
        objinst: base.VersionedObject,
        object_versions: dict[str, str],
    ) -> dict[str, Any]:
        """Return the object as a peer of ``object_versions`` reads it."""
        return _backport(objinst, object_versions)


class ObjectClient(base.VersionedObjectIndirectionAPI):
    """Client of remotable methods, for the :class:`ObjectServer` of a topic.

    :param client: RPC client of the server's topic
    """

    def __init__(self, client: messaging.RPCClient) -> None:
        self._client = client

    def wait_until_ready(self, context: RequestContext, seconds: int) -> None:
        """Return as soon as a server answers.

        :raises NoAnswer: when none did for ``seconds``
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._call(context, 'ping', timeout=1)
                return
            except NoAnswer:
                if time.monotonic() >= deadline:
                    raise

    def object_class_action_versions(
        self,
        context: Any,
        objname: str,
        objmethod: str,
        object_versions: dict[str, str],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Call a class method there and return its result."""
        return self._call(
            context,
            'object_class_action_versions',
            objname=objname,
            objmethod=objmethod,
            object_versions=object_versions,
            args=args,
            kwargs=kwargs,
        )

    def object_action(
        self,
        context: Any,
        objinst: base.VersionedObject,
        objmethod: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> tuple[_Updates, Any]:
        """Call a method of ``objinst`` there; return updates and result."""
        updates, result = self._call(
            context,
            'object_action',
            objinst=objinst,
            objmethod=objmethod,
            args=args,
            kwargs=kwargs,
        )
        return updates, result

    def object_backport_versions(
        self,
        context: Any,
        objinst: base.VersionedObject,
        object_versions: dict[str, str],
    ) -> base.VersionedObject:
        """Return ``objinst``, too new for this process, as it can read it."""
        backported: base.VersionedObject = self._call(
            context,
            'object_backport_versions',
            objinst=objinst,
            object_versions=object_versions,
        )
        return backported

    def _call(
        self,
        context: Any,
        method: str,
        timeout: int | None = None,
        **kwargs: Any,
    ) -> Any:
        options = {} if timeout is None else {'timeout': timeout}
        client = self._client.prepare(
            namespace=_NAMESPACE, version=_VERSION, **options
        )
        try:
            return client.call(context, method, **kwargs)
        except messaging.MessagingTimeout as error:
            raise NoAnswer(str(error)) from error


def _call(
    target: Any,
    name: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    method = getattr(target, name, None)
    # A client of the broker could name any attribute.
    if not getattr(method, 'remotable', False):
        raise ovo_exception.ObjectActionError(
            action=name, reason='not a remotable method'
        )
    try:
        return method(*args, **kwargs)  # type: ignore[misc]
    except exception.Error as error:
        # Part of the answer, no news for this side's log.
        raise messaging.ExpectedException() from error


def _updates(
    before: base.VersionedObject, after: base.VersionedObject
) -> _Updates:
    updates: _Updates = {
        name: field.to_primitive(after, name, getattr(after, name))
        for name, field in after.fields.items()
        if after.obj_attr_is_set(name) and _differs(before, after, name)
    }
    updates['obj_what_changed'] = after.obj_what_changed()
    return updates


def _differs(
    before: base.VersionedObject, after: base.VersionedObject, name: str
) -> bool:
    if not before.obj_attr_is_set(name):
        return True
    return bool(getattr(before, name) != getattr(after, name))


def _backport(
    objinst: base.VersionedObject, object_versions: dict[str, str]
) -> dict[str, Any]:
    return objinst.obj_to_primitive(
        target_version=object_versions.get(objinst.obj_name()),
        version_manifest=object_versions,
    )
