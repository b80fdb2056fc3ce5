# SPDX-License-Identifier: Apache-2.0
"""Error families of all services; wsgi.fault maps them to HTTP."""

import traceback
from typing import Any


class Error(Exception):
    """Base of all errors: a format and the values that fill it.

    :param message: replaces the class's format when given
    :param kwargs: values for the format; kept as ``kwargs``
    """

    msg_fmt = 'An unexpected error occurred.'

    def __init__(self, message: str | None = None, **kwargs: Any) -> None:
        self.kwargs = kwargs
        super().__init__(message or self.msg_fmt % kwargs)

    @property
    def message(self) -> str:
        """The text a client may read."""
        return str(self.args[0])


class Invalid(Error):
    """The request cannot be understood or makes no sense."""

    msg_fmt = 'The request is not valid.'


class Forbidden(Error):
    """The caller may not do this."""

    msg_fmt = 'You are not allowed to do this.'


class NotFound(Error):
    """There is no such thing, or the caller may not see it."""

    msg_fmt = 'The resource could not be found.'


class Conflict(Error):
    """The thing is in a state that does not permit the request."""

    msg_fmt = 'The request conflicts with the state of the resource.'


class NotImplemented(Error):
    """The service knows the request but does not offer it."""

    msg_fmt = 'This is not available in this deployment.'


class Unavailable(Error):
    """Something the service needs does not answer right now."""

    msg_fmt = 'The service is temporarily unable to handle the request.'


class PolicyNotAuthorized(Forbidden):
    """A policy rule refuses the caller."""

    msg_fmt = "Policy doesn't allow %(action)s to be performed."


class NoProject(Forbidden):
    """The token is for the system, for a domain, or for nothing."""

    msg_fmt = 'The token has no project. Ask for one that is for a project.'


class MarkerNotFound(Invalid):
    """A page was requested that starts after an unknown item."""

    msg_fmt = 'Marker %(marker)s could not be found.'


def summary(error: BaseException) -> str:
    """Return an error in one line, without secrets.

    :returns: the message of an error of this project; of any other, whose
        text may hold what a user must not see, the name of the class
    """
    if isinstance(error, Error):
        return ' '.join(error.message.split())
    return type(error).__name__


def trace(error: BaseException) -> str:
    """Return the stack frames of an error, then its class and message.

    An error that was never raised, like one that stands for a process that
    has ended, has no frames.
    """
    frames = traceback.format_tb(error.__traceback__)
    return ''.join([*frames, *traceback.format_exception_only(error)])
