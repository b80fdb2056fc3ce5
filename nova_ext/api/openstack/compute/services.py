# SPDX-License-Identifier: Apache-2.0
"""os-services: the services, which operators disable or force down."""

import re
from typing import Any

from oslo_config import cfg
from oslo_utils import strutils
from oslo_utils import uuidutils

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi import timestamps
from ext_lib.wsgi.schema import Param
from nova_ext import policies
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.compute.hosts import Hosts
from nova_ext.exception import ServiceNotFound
from nova_ext.objects.service import COMPUTE
from nova_ext.objects.service import Service
from nova_ext.objects.service import ServiceList

Body = dict[str, Any]

_NUMBER = re.compile('[0-9]{1,1000}')
#: Highest value of the column.
_HIGHEST_ID = 2**31 - 1

_INDEX_QUERY = schema.Query(
    {
        'host': Param(types.string, multiple=True),
        'binary': Param(types.string, multiple=True),
    },
    strict_since='2.75',
)

_OF_HOST = {
    'host': Param(types.host, required=True),
    'binary': Param(types.name, required=True),
}
_SWITCH = schema.Body(_OF_HOST)
_DISABLE_LOG_REASON = schema.Body(
    {**_OF_HOST, 'disabled_reason': Param(types.name, required=True)}
)
_FORCE_DOWN = schema.Body(
    {**_OF_HOST, 'forced_down': Param(types.boolean_like, required=True)}
)
_UPDATE = schema.Body(
    {
        'status': Param({'enum': ['enabled', 'disabled']}),
        'disabled_reason': Param(types.name),
        'forced_down': Param(types.boolean_like),
    }
)

_SERVICE = schema.Body(
    {
        'binary': Param(types.string, required=True),
        'host': Param(types.string, required=True),
        'id': (
            Param(types.integer, until='2.52', required=True),
            Param(types.uuid, since='2.53', required=True),
        ),
        'zone': Param(types.string, required=True),
        'status': Param({'enum': ['enabled', 'disabled']}, required=True),
        'state': Param({'enum': ['up', 'down']}, required=True),
        'updated_at': Param(types.date_time_or_null, required=True),
        'disabled_reason': Param(types.string_or_null, required=True),
        'forced_down': Param(types.boolean, since='2.11', required=True),
    }
)
_INDEX_RESPONSE = schema.wrapped('services', schema.ListOf(_SERVICE))
_UPDATE_RESPONSE = schema.wrapped('service', _SERVICE)
_SWITCH_RESPONSE = schema.wrapped(
    'service',
    schema.Body(
        {
            'host': Param(types.string, required=True),
            'binary': Param(types.string, required=True),
            'status': Param(types.string),
            'disabled_reason': Param(types.string),
            'forced_down': Param(types.boolean, since='2.11'),
        }
    ),
)


class NothingToUpdate(exception.Invalid):
    """An update of a service changes nothing."""

    msg_fmt = (
        "No updates were requested. Fields 'status' or 'forced_down' should "
        'be specified.'
    )


class ReasonWhileEnabled(exception.Invalid):
    """A request to enable a service has a reason to disable it."""

    msg_fmt = "Specifying 'disabled_reason' with status 'enabled' is invalid."


class NotComputeService(exception.Invalid):
    """A service is to be updated that is no compute service."""

    msg_fmt = (
        'Updating a %(binary)s service is not supported. Only nova-compute '
        'services can be updated.'
    )


class InvalidServiceId(exception.Invalid):
    """The id of a service is not of the form of this version."""

    msg_fmt = 'Invalid service id %(service_id)s'


class ServicesController:
    """Lists, updates and deletes services."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.conf = conf
        self._hosts = Hosts(conf)

    @controller.query(_INDEX_QUERY)
    @controller.response(_INDEX_RESPONSE)
    def index(self, req: request.Request) -> dict[str, Any]:
        """List services."""
        _authorize(req, policies.Services.LIST)
        services = ServiceList.get_all(
            req.context,
            host=req.filters.get('host'),
            binary=req.filters.get('binary'),
        )
        return {'services': [self._shown(req, s) for s in services]}

    @microversion.available('2.1', '2.52')
    @controller.body(_SWITCH)
    @controller.response(_SWITCH_RESPONSE)
    def enable(self, req: request.Request, body: Body) -> dict[str, Any]:
        """Enable the host for the scheduler."""
        _authorize(req, policies.Services.UPDATE)
        _change(_of_host(req, body), disabled=False, disabled_reason=None)
        return _echo(body, status='enabled')

    @microversion.available('2.1', '2.52')
    @controller.body(_SWITCH)
    @controller.response(_SWITCH_RESPONSE)
    def disable(self, req: request.Request, body: Body) -> dict[str, Any]:
        """Disable the host for the scheduler."""
        _authorize(req, policies.Services.UPDATE)
        _change(_of_host(req, body), disabled=True, disabled_reason=None)
        return _echo(body, status='disabled')

    @microversion.available('2.1', '2.52')
    @controller.body(_DISABLE_LOG_REASON)
    @controller.response(_SWITCH_RESPONSE)
    def disable_log_reason(
        self, req: request.Request, body: Body
    ) -> dict[str, Any]:
        """Disable the host for the scheduler, with a reason."""
        _authorize(req, policies.Services.UPDATE)
        reason = body['disabled_reason']
        _change(_of_host(req, body), disabled=True, disabled_reason=reason)
        return _echo(body, status='disabled', disabled_reason=reason)

    @microversion.available('2.11', '2.52')
    @controller.body(_FORCE_DOWN)
    @controller.response(_SWITCH_RESPONSE)
    def force_down(self, req: request.Request, body: Body) -> dict[str, Any]:
        """Force the service down, so that its servers can be evacuated."""
        _authorize(req, policies.Services.UPDATE)
        down = strutils.bool_from_string(body['forced_down'])
        service = _of_host(req, body)
        self._check_up_again(req, service, {'forced_down': down})
        _change(service, forced_down=down)
        return _echo(body, forced_down=down)

    @microversion.available('2.53')
    @controller.body(_UPDATE)
    @controller.response(_UPDATE_RESPONSE)
    def update(
        self, req: request.Request, id: str, body: Body
    ) -> dict[str, Any]:
        """Disable or enable a service, or force it down."""
        _authorize(req, policies.Services.UPDATE)
        service = _by_id(req, id)
        _check_binary(service.binary)
        changes = _changes(body)
        self._check_up_again(req, service, changes)
        _change(service, **changes)
        return {'service': self._shown(req, service)}

    @controller.status(204)
    def delete(self, req: request.Request, id: str) -> None:
        """Delete a service that is not in use."""
        _authorize(req, policies.Services.DELETE)
        service = _by_id(req, id)
        self._hosts.check_unused(req.context, service)
        service.destroy()

    def _check_up_again(
        self, req: request.Request, service: Service, changes: dict[str, Any]
    ) -> None:
        if changes.get('forced_down') is False:
            self._hosts.check_restarted(req.context, str(service.host))

    def _shown(self, req: request.Request, service: Service) -> dict[str, Any]:
        return show(req, service, self.conf.service_down_time)


def show(
    req: request.Request, service: Service, down_time: int
) -> dict[str, Any]:
    """Return a service.

    :param down_time: seconds of silence after which it counts as down
    """
    by_uuid = microversions.supports(req, microversions.SERVICE_UUID)
    shown = {
        'binary': service.binary,
        'host': service.host,
        'id': service.uuid if by_uuid else service.id,
        'zone': 'nova' if service.binary == COMPUTE else 'internal',
        'status': 'disabled' if service.disabled else 'enabled',
        'state': 'up' if service.is_up(down_time) else 'down',
        'updated_at': timestamps.micro(service.updated_at),
        'disabled_reason': service.disabled_reason,
    }
    if microversions.supports(req, microversions.SERVICE_FORCED_DOWN):
        shown['forced_down'] = service.forced_down
    return shown


def _authorize(req: request.Request, rule: str) -> None:
    req.context.can(rule, {'project_id': req.context.project_id})


def _check_binary(binary: str | None) -> None:
    if binary != COMPUTE:
        raise NotComputeService(binary=binary)


def _of_host(req: request.Request, body: Body) -> Service:
    _check_binary(body['binary'])
    return Service.get_by_host_and_binary(
        req.context, body['host'], body['binary']
    )


def _by_id(req: request.Request, id: str) -> Service:
    """Return the service with an id: a number, from 2.53 a UUID."""
    if microversions.supports(req, microversions.SERVICE_UUID):
        if not uuidutils.is_uuid_like(id):
            raise InvalidServiceId(service_id=id)
        return Service.get_by_uuid(req.context, id)
    if not _NUMBER.fullmatch(id):
        raise InvalidServiceId(service_id=id)
    if int(id) > _HIGHEST_ID:
        raise ServiceNotFound(service_id=id)
    return Service.get_by_id(req.context, int(id))


def _change(service: Service, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(service, name, value)
    service.save()


def _changes(body: Body) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if 'status' in body:
        changes['disabled'] = body['status'] == 'disabled'
        changes['disabled_reason'] = body.get('disabled_reason')
    if 'forced_down' in body:
        changes['forced_down'] = strutils.bool_from_string(body['forced_down'])
    if not changes:
        raise NothingToUpdate()
    if body.get('status') == 'enabled' and 'disabled_reason' in body:
        raise ReasonWhileEnabled()
    return changes


def _echo(body: Body, **result: Any) -> dict[str, Any]:
    return {
        'service': {'host': body['host'], 'binary': body['binary'], **result}
    }
