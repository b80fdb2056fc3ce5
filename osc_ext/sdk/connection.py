# SPDX-License-Identifier: Apache-2.0
"""Connections of openstacksdk that know tasks and clusters.

The classes of the SDK stay as they are: ``Connection.add_service`` would set
an attribute of the class, and so change all connections of a program.
"""

from typing import Any, TypeVar

from keystoneauth1.exceptions import EndpointNotFound
import openstack
from openstack import exceptions
from openstack import proxy

from osc_ext.exceptions import ServiceNotFound
from osc_ext.sdk import compute
from osc_ext.sdk import data_processing

_NO_SERVICE = (exceptions.ConfigException, EndpointNotFound, AttributeError)
_T = TypeVar('_T')


class Connection(openstack.connection.Connection):
    """A connection that knows the tasks of servers and clusters.

    Its parameters are those of :class:`openstack.connection.Connection`.
    """

    @property
    def compute(self) -> compute.Proxy:  # type: ignore[override]
        """The compute API, with tasks.

        :raises osc_ext.exceptions.ServiceNotFound: when there is none
        """
        found = _proxy(lambda: super(Connection, self).compute)
        return _become(found, compute.Proxy)

    @property
    def data_processing(self) -> data_processing.Proxy:  # type: ignore[override]
        """The data-processing API.

        :raises osc_ext.exceptions.ServiceNotFound: when there is none
        """
        found = _proxy(lambda: super(Connection, self).data_processing)
        made = _become(found, data_processing.Proxy)
        made.choose_version()
        return made


def register(connection: openstack.connection.Connection) -> Connection:
    """Return ``connection`` itself, with tasks and clusters.

    No request is sent. The object becomes one of :class:`Connection`, or of a
    subclass of this and its own class; other connections do not change. It can
    be named in ``clouds.yaml``, too: ``vendor_hook: osc_ext.sdk:register``.
    """
    return _become(connection, Connection)


def compute_of(connection: Any) -> proxy.Proxy:
    """Return the proxy of the compute API, the connection's own.

    :raises osc_ext.exceptions.ServiceNotFound: when there is none
    """
    return _proxy(lambda: connection.compute)


def _proxy(get: Any) -> proxy.Proxy:
    """Return a proxy of the SDK.

    :param get: returns it or the SDK's placeholder, or raises
    """
    try:
        found = get()
        if isinstance(found, proxy.Proxy):
            return found
        # The placeholder raises the error that kept the SDK from making it.
        found.get_endpoint()
    except _NO_SERVICE as error:
        raise ServiceNotFound(str(error)) from error
    raise ServiceNotFound(f'{found!r} is no proxy of openstacksdk')


def _become(found: Any, wanted: type[_T]) -> _T:
    """Return ``found``, of which ``wanted`` has the further methods."""
    if not isinstance(found, wanted):
        found.__class__ = _joined(wanted, type(found))
    return found


def _joined(ours: type, theirs: type) -> type:
    if issubclass(ours, theirs):
        return ours
    return type(ours.__name__, (ours, theirs), {})
