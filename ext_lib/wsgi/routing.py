# SPDX-License-Identifier: Apache-2.0
"""Routing from a URL to a controller method."""

from collections.abc import Mapping, Sequence
import dataclasses
import re
from typing import Any

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


@dataclasses.dataclass(frozen=True)
class Match:
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
        self._methods = dict(table)
        self._mapper = routes.Mapper()
        for path, methods in table:
            self._mapper.connect(
                None, path, path=path, conditions={'method': list(methods)}
            )
        self._mapper.create_regs()

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
        ids = self._mapper.match(path, {'REQUEST_METHOD': method})
        if ids is None:
            return None
        target = self._methods[ids.pop('path')][method]
        return Match(target, ids, project)


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
