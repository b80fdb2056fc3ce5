# SPDX-License-Identifier: Apache-2.0
"""From a URL to a controller method, by the habits of this API."""

import webob.exc

from ext_lib.wsgi import request
from ext_lib.wsgi import routing
from sahara_ext.api import faults

#: What a URL may end with, for no reason but habit.
SUFFIX = '.json'


class Router(routing.Router):
    """Finds the target of a request.

    Each path is reachable with and without the caller's project before it,
    and with and without ``.json`` behind it.
    """

    def __init__(self, table: routing.Table) -> None:
        super().__init__(
            [
                (form, methods)
                for path, methods in table
                for form in (path + SUFFIX, path)
            ]
        )
        self._verbs = sorted({verb for _, verbs in table for verb in verbs})

    def match(self, req: request.Request) -> routing.Match:
        """Return the target of ``req``.

        :raises webob.exc.HTTPNotFound: when there is none
        :raises webob.exc.HTTPMethodNotAllowed: when there is one for another
            method
        :raises webob.exc.HTTPUnauthorized: when the path names a project
            that is not the caller's
        :raises webob.exc.HTTPServiceUnavailable: when the caller's token is
            for no project
        """
        # What answers a GET answers a HEAD, without the body.
        method = 'GET' if req.method == 'HEAD' else req.method
        for path, project in _readings(req):
            found = self._find(path, method, project)
            if found is not None:
                _check_project(req, found)
                return found
        if any(
            self._find(path, verb, None)
            for path, _ in _readings(req)
            for verb in self._verbs
        ):
            raise faults.plain(
                webob.exc.HTTPMethodNotAllowed,
                f'{req.method} is not for this URL.',
            )
        raise faults.plain(
            webob.exc.HTTPNotFound, 'There is nothing at this URL.'
        )


def _readings(req: request.Request) -> list[tuple[str, str | None]]:
    """Return how a path can be read: as it is, or as one in a project."""
    path = routing.path_of(req)
    project, slash, rest = path.removeprefix('/').partition('/')
    if not slash:
        return [(path, None)]
    return [(path, None), (f'/{rest}', project)]


def _check_project(req: request.Request, found: routing.Match) -> None:
    if not req.context.project_id:
        # A token of a domain, say. Clients know this status for it.
        raise faults.plain(
            webob.exc.HTTPServiceUnavailable,
            'The token is not for a project.',
        )
    if found.project not in (None, req.context.project_id):
        raise faults.plain(
            webob.exc.HTTPUnauthorized,
            'The project of the URL is not the one of the token.',
        )
