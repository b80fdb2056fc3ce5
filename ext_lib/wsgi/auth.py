# SPDX-License-Identifier: Apache-2.0
"""Filters that authenticate the caller, before the application."""

from collections.abc import Iterable
from typing import Any

from oslo_middleware import request_id
from oslo_serialization import jsonutils
import webob

from ext_lib import context
from ext_lib import policy
from ext_lib.wsgi import request

WSGIApplication = Any

_DEFAULT_ROLES = {'admin': 'admin,member,reader'}


def parse_token(token: str) -> dict[str, str] | None:
    """Return the headers a token stands for, None when it is none."""
    user, _, rest = token.partition(':')
    project, _, roles = rest.partition(':')
    if not user or not project:
        return None
    return {
        'HTTP_X_IDENTITY_STATUS': 'Confirmed',
        'HTTP_X_USER_ID': user,
        'HTTP_X_USER_NAME': user,
        'HTTP_X_PROJECT_ID': project,
        'HTTP_X_PROJECT_NAME': project,
        'HTTP_X_ROLES': roles or _DEFAULT_ROLES.get(user, 'member,reader'),
    }


class NoAuth:
    """Filter: the token itself says who the caller is.

    ``X-Auth-Token: user:project[:role,role]``, for one machine only. It
    leaves the headers keystonemiddleware would leave.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        identity = parse_token(environ.get('HTTP_X_AUTH_TOKEN', ''))
        if identity is None:
            return _answer(_unauthorized(), environ, start_response)
        environ.update(identity)
        return _answer(self.application, environ, start_response)


class ContextFilter:
    """Filter: the identity headers become the request's context.

    Stands behind the filter that validates the token. A caller without a
    project is refused by :meth:`ext_lib.context.RequestContext.can`, after
    the policy has had its say.
    """

    def __init__(
        self, application: WSGIApplication, enforcer: policy.Enforcer
    ) -> None:
        self.application = application
        self.enforcer = enforcer

    def __call__(
        self, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if not environ.get('HTTP_X_USER_ID'):
            return _answer(_unauthorized(), environ, start_response)
        found = caller(environ, self.enforcer)
        found.use_replica = environ['REQUEST_METHOD'] == 'GET'
        environ[request.CONTEXT] = found
        return _answer(self.application, environ, start_response)


def caller(
    environ: dict[str, Any],
    enforcer: policy.Enforcer | None = None,
    overwrite: bool = True,
) -> context.RequestContext:
    """Return the identity that an authenticated request came with.

    :param enforcer: of the policies, where they matter
    :param overwrite: whether it becomes the context of this thread
    """
    found: context.RequestContext = context.RequestContext.from_environ(
        environ,
        enforcer=enforcer,
        request_id=environ.get(request_id.ENV_REQUEST_ID),
        global_request_id=environ.get(request_id.GLOBAL_REQ_ID),
        overwrite=overwrite,
    )
    if enforcer is not None:
        # Files of policies are looked at once for each request.
        found.rules = enforcer.rules()
        found.is_admin = enforcer.authorize(
            'context_is_admin', {}, found, fatal=False
        )
    return found


def _unauthorized() -> webob.Response:
    fault = {
        'code': 401,
        'title': 'Unauthorized',
        'message': 'The request you have made requires authentication.',
    }
    return webob.Response(
        status=401,
        content_type='application/json',
        charset=None,
        body=jsonutils.dump_as_bytes({'error': fault}),
    )


def _answer(
    application: Any, environ: dict[str, Any], start_response: Any
) -> Iterable[bytes]:
    found: Iterable[bytes] = application(environ, start_response)
    return found
