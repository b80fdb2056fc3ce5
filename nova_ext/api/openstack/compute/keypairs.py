# SPDX-License-Identifier: Apache-2.0
"""os-keypairs: the keys of users, to log in to servers with."""

from typing import Any

from ext_lib import paging
from ext_lib.wsgi import controller
from ext_lib.wsgi import links
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi import timestamps
from ext_lib.wsgi.schema import Param
from nova_ext import policies
from nova_ext.api.openstack.compute import microversions
from nova_ext.api.openstack.compute.schemas import types
from nova_ext.compute.api import keypairs as keypairs_api
from nova_ext.objects.keypair import KeyPair
from nova_ext.objects.keypair import KeyPairList
from nova_ext.objects.keypair import SSH
from nova_ext.objects.keypair import X509

Shown = dict[str, Any]

_TYPE = {'enum': [SSH, X509]}
#: Servers keep a copy of it, so its length is limited.
_PUBLIC_KEY = {'type': 'string', 'maxLength': 16384, 'pattern': '^[^\\0]*$'}
_NAME = {**types.name, 'pattern': '^[a-zA-Z0-9 _-]+$'}

_CREATE = schema.wrapped(
    'keypair',
    schema.Body(
        {
            'name': Param(_NAME, required=True),
            'public_key': Param(_PUBLIC_KEY),
            'type': Param(_TYPE, since='2.2'),
            'user_id': Param(types.name, since='2.10'),
        }
    ),
)
_OF_USER = {'user_id': Param(types.string, since='2.10', multiple=True)}
_ONE_QUERY = schema.Query(_OF_USER, strict_since='2.75')
_INDEX_QUERY = schema.Query(
    {
        **_OF_USER,
        'limit': Param(types.limit, since='2.35', multiple=True),
        'marker': Param(types.string, since='2.35', multiple=True),
    },
    strict_since='2.75',
)

_KEY = {
    'name': Param(types.string, required=True),
    'public_key': Param(types.string, required=True),
    'fingerprint': Param(types.string, required=True),
    'type': Param(_TYPE, since='2.2', required=True),
}
_INDEX_RESPONSE = schema.Body(
    {
        'keypairs': Param(
            schema.ListOf(schema.wrapped('keypair', schema.Body(_KEY))),
            required=True,
        ),
        'keypairs_links': Param(types.links, since='2.35'),
    }
)
_CREATE_RESPONSE = schema.wrapped(
    'keypair',
    schema.Body(
        {
            **_KEY,
            'user_id': Param(types.string, required=True),
            'private_key': Param(types.string),
        }
    ),
)
_SHOW_RESPONSE = schema.wrapped(
    'keypair',
    schema.Body(
        {
            **_KEY,
            'user_id': Param(types.string, required=True),
            'id': Param(types.integer, required=True),
            'created_at': Param(types.date_time, required=True),
            'updated_at': Param(types.date_time_or_null, required=True),
            'deleted_at': Param(types.null, required=True),
            'deleted': Param(types.boolean, required=True),
        }
    ),
)


class KeypairsController:
    """Lists, shows, imports, generates and deletes keys."""

    def __init__(self, links: links.Links) -> None:
        self.links = links

    @controller.query(_INDEX_QUERY)
    @controller.response(_INDEX_RESPONSE)
    def index(self, req: request.Request) -> Shown:
        """List the keys of a user, by name."""
        user_id = _user_id(req, req.query, policies.Keypairs.INDEX)
        is_paged = microversions.supports(req, microversions.KEYPAIRS_PAGED)
        page = req.page.ignoring_empty_marker() if is_paged else paging.ALL
        keypairs = KeyPairList.get_by_user(req.context, user_id, page)
        body: Shown = {
            'keypairs': [{'keypair': _key(req, k)} for k in keypairs]
        }
        names = [keypair.name for keypair in keypairs]
        next_page = self.links.next_page(req, ('os-keypairs',), names)
        if is_paged and next_page:
            body['keypairs_links'] = next_page
        return body

    @controller.query(_ONE_QUERY)
    @controller.response(_SHOW_RESPONSE)
    def show(self, req: request.Request, id: str) -> Shown:
        """Show the key of a user with a name."""
        user_id = _user_id(req, req.query, policies.Keypairs.SHOW)
        keypair = KeyPair.get_by_name(req.context, user_id, id)
        shown = _key(req, keypair) | {
            'user_id': keypair.user_id,
            'id': keypair.id,
            'created_at': timestamps.micro(keypair.created_at),
            'updated_at': timestamps.micro(keypair.updated_at),
            'deleted_at': None,
            'deleted': False,
        }
        return {'keypair': shown}

    @controller.status(201)
    @controller.body(_CREATE)
    @controller.response(_CREATE_RESPONSE)
    def create(
        self, req: request.Request, body: dict[str, Any]
    ) -> controller.Reply:
        """Import a key, or generate one when there is none in the request."""
        wanted = body['keypair']
        user_id = _user_id(req, wanted, policies.Keypairs.CREATE)
        new = (req.context, user_id, wanted['name'].strip())
        type = wanted.get('type', SSH)
        if 'public_key' in wanted:
            private: Shown = {}
            keypair = keypairs_api.import_key(*new, wanted['public_key'], type)
        else:
            keypair, private_key = keypairs_api.generate_key(*new, type)
            private = {'private_key': private_key}
        shown = _key(req, keypair) | {'user_id': keypair.user_id} | private
        return controller.Reply(
            {'keypair': shown}, status=_status(req, before=200)
        )

    @controller.status(204)
    @controller.query(_ONE_QUERY)
    def delete(self, req: request.Request, id: str) -> controller.Reply:
        """Delete the key of a user with a name."""
        user_id = _user_id(req, req.query, policies.Keypairs.DELETE)
        KeyPair.destroy_by_name(req.context, user_id, id)
        return controller.Reply(status=_status(req, before=202))


def _status(req: request.Request, before: int) -> int | None:
    """Return the status of an answer before 2.2; None for the usual one."""
    is_new = microversions.supports(req, microversions.KEYPAIR_TYPE)
    return None if is_new else before


def _user_id(req: request.Request, given: Shown, rule: str) -> str:
    """Return whose keys a request is about, if the caller may do that."""
    user_id = str(given.get('user_id') or req.context.user_id)
    req.context.can(rule, {'user_id': user_id})
    return user_id


def _key(req: request.Request, keypair: KeyPair) -> Shown:
    shown = {
        'name': keypair.name,
        'public_key': keypair.public_key,
        'fingerprint': keypair.fingerprint,
    }
    if microversions.supports(req, microversions.KEYPAIR_TYPE):
        shown['type'] = keypair.type
    return shown
