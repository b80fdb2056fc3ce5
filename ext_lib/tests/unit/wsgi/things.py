# SPDX-License-Identifier: Apache-2.0
"""The small API that requests are sent to."""

import webob.exc

from ext_lib import exception
from ext_lib.tests.unit.wsgi import base
from ext_lib.wsgi import controller
from ext_lib.wsgi import microversion
from ext_lib.wsgi import routing
from ext_lib.wsgi import schema

_STRING = {'type': 'string'}
_THING = schema.wrapped(
    'thing', schema.Body({'name': schema.Param(_STRING, required=True)})
)
_QUERY = schema.Query({'name': schema.Param(_STRING)}, strict_since='2.50')
_ERRORS = {
    'invalid': exception.Invalid(),
    'forbidden': exception.PolicyNotAuthorized(action='things:show'),
    'not-found': exception.NotFound(),
    'conflict': exception.Conflict(),
    'not-implemented': exception.NotImplemented(),
    'unavailable': exception.Unavailable(),
    'unknown-family': exception.Error(),
    'unexpected': KeyError('secret'),
    'too-large': webob.exc.HTTPRequestEntityTooLarge(),
}


class Things:
    @controller.query(_QUERY)
    def index(self, req):
        return {'query': req.query, 'version': str(req.version)}

    @controller.response(_THING)
    def show(self, req, id):
        return {'thing': {'name': id}}

    @controller.response(_THING)
    def broken(self, req):
        return {'thing': {}}

    @controller.status(202)
    @controller.body(_THING)
    def create(self, req, body):
        return controller.Reply(body, {'Location': 'http://there/'})

    @controller.body(_THING)
    def update(self, req, id, body):
        return {'id': id, 'body': body}

    @controller.status(204)
    def delete(self, req, id):
        return None

    @microversion.available('2.10', '2.20')
    @controller.query(_QUERY)
    def ranged(self, req):
        return {}

    def fail(self, req, kind):
        raise _ERRORS[kind]

    @controller.status(202)
    @controller.body(schema.wrapped('stop', {'type': 'null'}))
    def stop(self, req, id, body):
        return None

    def choose(self, req):
        return controller.Reply({'any': 'thing'}, status=299)


_THINGS = Things()


class ThingsTestCase(base.APITestCase):
    """A test of an API of things."""

    table = (
        ('/', {'GET': _THINGS.choose}),
        ('/things', {'GET': _THINGS.index, 'POST': _THINGS.create}),
        ('/things/broken', {'GET': _THINGS.broken}),
        ('/things/ranged', {'GET': _THINGS.ranged}),
        (
            '/things/{id}',
            {
                'GET': _THINGS.show,
                'PUT': _THINGS.update,
                'DELETE': _THINGS.delete,
            },
        ),
        (
            '/things/{id}/action',
            {'POST': routing.Actions({'stop': _THINGS.stop})},
        ),
        ('/errors/{kind}', {'GET': _THINGS.fail}),
    )
