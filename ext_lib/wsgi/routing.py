# SPDX-License-Identifier: Apache-2.0
"""Routing from a URL to a controller method."""

from collections.abc import Mapping, Sequence
import re
from typing import Any, NamedTuple

import routes
import webob.exc

from ext_lib import exception
from ext_lib.wsgi import controller
from ext_lib.wsgi import request

_PROJECT = re.compile(r'^[0-9a-f-]+$')


class MalformedAction(exception.Invalid):
    """The body of an action does not hold exactly one action."""

    msg_fmt = 'Malformed request body'


class UnknownAction(exception.Invalid):
    """The resource has no such action."""

    msg_fmt = 'There is no such action: %(action)s'


class Actions(dict[str, controller.Method]):
    """A URL whose body names the method: ``{"reboot": {...}}``."""

    def select(self, body: Any) -> controller.Method:
        """Return the method the body names.

        :raises MalformedAction: when it names none, or several
        :raises UnknownAction: when there is no such method
        :raises NotFound: when it cannot name any, which clients know as 404
        """
        if isinstance(body, dict | list | str) and len(body) != 1:
            raise MalformedAction()
        if not isinstance(body, dict):
            raise exception.NotFound()
        (name,) = body
        if name not in self:
            raise UnknownAction(action=name)
        return self[name]


Target = controller.Method | Actions
Table = Sequence[tuple[str, Mapping[str, Target]]]


class Match(NamedTuple):
    """The method that a request leads to.

    :param ids: the variable parts of the path
    :param project: the project segment of the path, None without one
    """

    target: Target
    ids: dict[str, str]
    project: str | None


class Router:
    """Router of requests by a table of paths.

    Each path is reachable with and without a project segment before it: one
    of hexadecimal digits and dashes, or the caller's own project however it
    is spelled.
    """

    def __init__(self, table: Table) -> None:
        mapper = routes.Mapper()
        for path, methods in table:
            mapper.connect(
                None, path, path=path, conditions={'method': list(methods)}
            )
        mapper.create_regs()
        self._routes = _by_shape(mapper, dict(table))

    def match(self, req: request.Request) -> Match:
        """Return the target of ``req``.

        :raises webob.exc.HTTPNotFound: when there is none; a known path with
            another method included, for clients expect 404 and not 405
        """
        path = path_of(req)
        found = self._find(path, req.method, None)
        if found is None:
            project, rest = _split_project(path, req)
            if project is not None:
                found = self._find(rest, req.method, project)
        if found is None:
            raise webob.exc.HTTPNotFound()
        return found

    def _find(
        self, path: str, method: str, project: str | None
    ) -> Match | None:
        for pattern, target in self._routes.get(_shape(method, path), ()):
            found = pattern.match(path)
            if found is not None:
                return Match(target, found.groupdict(), project)
        return None


def _shape(method: str, path: str) -> tuple[str, int]:
    """Return the part of a request that leaves few routes to be tried."""
    return method, path.count('/')


def _by_shape(
    mapper: routes.Mapper, methods: Mapping[str, Mapping[str, Target]]
) -> dict[tuple[str, int], list[tuple[re.Pattern[str], Target]]]:
    """Return the patterns of routes, in the order of the mapper.

    The mapper itself tries the routes of all methods one after the other,
    those with the longest constant beginning first.
    """
    found: dict[tuple[str, int], list[tuple[re.Pattern[str], Target]]] = {}
    for route in sorted(mapper.matchlist, key=_order):
        path = route.defaults['path']
        for method, target in methods[path].items():
            patterns = found.setdefault(_shape(method, path), [])
            patterns.append((route.regmatch, target))
    return found


def _order(route: Any) -> int:
    beginning = str(route.defaults['path']).partition('{')[0]
    return -len(beginning.rstrip('/'))


def path_of(req: request.Request) -> str:
    """Return the path below the API's root, readable in any case."""
    try:
        return str(req.path_info)
    except UnicodeDecodeError:
        # Not UTF-8, so it is the id of nothing; but it leads somewhere.
        return str(req.environ['PATH_INFO'])


def _split_project(path: str, req: request.Request) -> tuple[str | None, str]:
    project, slash, rest = path.removeprefix('/').partition('/')
    known = _PROJECT.match(project) or project == req.context.project_id
    return (project, f'/{rest}') if slash and known else (None, path)
