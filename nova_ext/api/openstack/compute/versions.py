# SPDX-License-Identifier: Apache-2.0
"""Version documents, from which clients learn the URLs of the API."""

from collections.abc import Iterable
from typing import Any
import urllib.parse

from oslo_serialization import jsonutils
import webob

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi.schema import Param
from nova_ext.api.openstack import faults
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import types

_BODY_TYPE = 'application/vnd.openstack.compute+json'

#: All APIs: the one from before microversions comes first.
LEGACY = 'v2.0'
CURRENT = 'v2.1'
IDS = (LEGACY, CURRENT)

#: The last segment of the URL of each.
_SEGMENTS = {LEGACY: 'v2', CURRENT: 'v2.1'}

_STATUSES = {LEGACY: 'DEPRECATED', CURRENT: 'CURRENT'}

_LINK = schema.Body(
    {
        'rel': Param(types.string, required=True),
        'href': Param(types.string, required=True),
        'type': Param(types.string),
    }
)
_MEDIA_TYPE = schema.Body(
    {
        'base': Param(types.string, required=True),
        'type': Param(types.string, required=True),
    }
)
_VERSION = schema.Body(
    {
        'id': Param(types.string, required=True),
        'status': Param(types.string, required=True),
        'version': Param(types.string, required=True),
        'min_version': Param(types.string, required=True),
        'updated': Param(types.string, required=True),
        'links': Param(schema.ListOf(_LINK), required=True),
        'media-types': Param(schema.ListOf(_MEDIA_TYPE), required=True),
    }
)

_SHOW_RESPONSE = schema.wrapped('version', _VERSION)


class _Versions:
    """Base class of the applications and the controller of versions."""

    def __init__(
        self,
        links: links.Links,
        negotiator: microversion.Negotiator = microversions.NEGOTIATOR,
    ) -> None:
        self.links = links
        self.negotiator = negotiator


class VersionList(_Versions):
    """WSGI application of ``/``: the list of the APIs of this service.

    For any other path the list is returned as choices, with status 300.
    """

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        req = request.Request(environ)
        base = self.links.base(req)
        if environ['PATH_INFO'] == '/':
            found = index(base, self.negotiator)
            return _json(200, found)(environ, start_response)
        path = urllib.parse.quote(environ['PATH_INFO'].encode('latin-1'))
        return _json(300, choices(base, path))(environ, start_response)


class VersionDetail(_Versions):
    """WSGI application of the root path of one API: its document.

    Requests need no token, but a valid version header.
    """

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        return self._response(request.Request(environ))(
            environ, start_response
        )

    def _response(self, req: request.Request) -> webob.Response:
        negotiator = self.negotiator
        try:
            version = negotiator.requested(req)
        except microversion.InvalidVersion as error:
            return faults.FAULTS.from_error(error)
        try:
            negotiator.check(version)
            response = _json(200, _show(req, self, CURRENT))
        except microversion.UnsupportedVersion as error:
            response = faults.FAULTS.from_error(error)
        negotiator.stamp(response, version)
        return response


class VersionsController(_Versions):
    """Shows the document of an API where the API itself serves it."""

    @controller.response(_SHOW_RESPONSE)
    def show(self, req: request.Request, id: str) -> dict[str, Any]:
        """Show the document of the API ``id``."""
        return _show(req, self, id)

    @controller.response(_SHOW_RESPONSE)
    def root(self, req: request.Request) -> dict[str, Any]:
        """Show the document of this API."""
        return _show(req, self, CURRENT)


def _show(req: request.Request, api: _Versions, id: str) -> dict[str, Any]:
    # Clients without microversions see this API only.
    id = LEGACY if req.is_legacy_v2 else id
    if id not in IDS:
        raise exception.NotFound()
    return document(api.links.base(req), id, api.negotiator)


def _json(status: int, body: dict[str, Any]) -> webob.Response:
    return webob.Response(
        status=status,
        content_type=request.JSON_TYPE,
        charset=None,
        body=jsonutils.dump_as_bytes(body),
    )


def index(
    root: str,
    negotiator: microversion.Negotiator = microversions.NEGOTIATOR,
) -> dict[str, Any]:
    """Return the list of APIs below the URL ``root``."""
    versions = [
        _entry(id, negotiator) | {'links': [_self(_below(root, id))]}
        for id in IDS
    ]
    return {'versions': versions}


def choices(root: str, path: str) -> dict[str, Any]:
    """Return where the unknown ``path`` would be in each API."""
    found = [
        {
            'id': id,
            'status': _STATUSES[id],
            'links': [{'rel': 'self', 'href': _below(root, id) + path}],
            'media-types': _media_types(id),
        }
        for id in IDS
    ]
    return {'choices': found}


def document(
    base: str,
    id: str = CURRENT,
    negotiator: microversion.Negotiator = microversions.NEGOTIATOR,
) -> dict[str, Any]:
    """Return the document of an API.

    :param base: the URL that the document is read below
    """
    described = {
        'rel': 'describedby',
        'type': 'text/html',
        'href': 'http://docs.openstack.org/',
    }
    found = _entry(id, negotiator)
    found['links'] = [_self(base), described]
    found['media-types'] = _media_types(id)
    return {'version': found}


def _entry(id: str, negotiator: microversion.Negotiator) -> dict[str, Any]:
    if id == LEGACY:
        return {
            'id': id,
            'status': _STATUSES[id],
            'version': '',
            'min_version': '',
            'updated': '2025-07-04T12:00:00Z',
        }
    return {
        'id': id,
        'status': _STATUSES[id],
        'version': str(negotiator.maximum),
        'min_version': str(negotiator.minimum),
        'updated': '2013-07-23T11:33:21Z',
    }


def _below(root: str, id: str) -> str:
    return f'{root.rstrip("/")}/{_SEGMENTS[id]}'


def _self(url: str) -> dict[str, str]:
    return {'rel': 'self', 'href': f'{url.rstrip("/")}/'}


def _media_types(id: str) -> list[dict[str, str]]:
    version = '2' if id == LEGACY else '2.1'
    return [
        {'base': 'application/json', 'type': f'{_BODY_TYPE};version={version}'}
    ]
