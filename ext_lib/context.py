# SPDX-License-Identifier: Apache-2.0
"""The context of a request: caller, time and request id."""

from collections.abc import Iterator, Mapping
import contextlib
import copy
import datetime
import functools
from typing import Any

from oslo_context import context as oslo_context
from oslo_db.sqlalchemy import enginefacade
from oslo_utils import timeutils

from ext_lib import exception
from ext_lib import policy


@enginefacade.transaction_context_provider
class RequestContext(oslo_context.RequestContext):
    """The identity of a request, and its database session.

    :param timestamp: naive UTC arrival of the request; now when omitted
    :param enforcer: answers :meth:`can`; only API processes have one
    """

    FROM_DICT_EXTRA_KEYS = ['timestamp']

    #: The SQLAlchemy session, inside a database function.
    session: Any
    #: Whether its reads may go to a replica of the database.
    use_replica = False
    #: The database its reads go to, of those added to a facade; None for the
    #: one of the service itself.
    shard: str | None = None
    #: The rules it is judged by; None for those in force when it is.
    rules: policy.Rules | None = None

    def __init__(
        self,
        *args: Any,
        timestamp: datetime.datetime | str | None = None,
        enforcer: policy.Enforcer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.timestamp = _as_datetime(timestamp)
        self.enforcer = enforcer

    def can(
        self, rule: str, target: Mapping[str, Any], fatal: bool = True
    ) -> bool:
        """Return whether the caller passes the policy ``rule``.

        :param target: what the rule is checked on, ``{'project_id': str}``
        :raises PolicyNotAuthorized: when it does not and ``fatal`` is set
        :raises NoProject: when it does, with a token that has no project:
            below, no project means all of them
        """
        if self.enforcer is None:
            raise RuntimeError('this context was made without an enforcer')
        allowed = self.enforcer.authorize(rule, target, self, fatal)
        if allowed and not self.project_id:
            if fatal:
                raise exception.NoProject()
            return False
        return allowed

    def elevated(self) -> 'RequestContext':
        """Return a copy with an administrator's rights, same identity."""
        context = copy.copy(self)
        context.roles = [*self.roles, 'admin']
        context.is_admin = True
        return context

    def to_dict(self) -> dict[str, Any]:
        """Return the values that travel to another service."""
        values = super().to_dict()
        values['timestamp'] = self.timestamp.isoformat()
        return values


def get_admin_context() -> RequestContext:
    """Return the identity of the service itself: no user, no project."""
    return RequestContext(is_admin=True, roles=['admin'], overwrite=False)


@contextlib.contextmanager
def acting_for(context: oslo_context.RequestContext) -> Iterator[None]:
    """Have what this thread logs inside name the request of ``context``."""
    outer = oslo_context.get_current()
    context.update_store()
    try:
        yield
    finally:
        if outer is None:
            end_request()
        else:
            outer.update_store()


def begin_request(
    request_id: str | None, global_request_id: str | None
) -> oslo_context.RequestContext:
    """Have this thread's log lines name a request, and no user as yet.

    :param request_id: None for a new one
    :param global_request_id: None when there is none
    """
    return oslo_context.RequestContext(
        request_id=request_id, global_request_id=global_request_id
    )


def end_request() -> None:
    """Have this thread's log lines name neither a request nor a user."""
    # A stored context stays. One without an id is none to a log.
    _no_request().update_store()


@functools.cache
def _no_request() -> oslo_context.RequestContext:
    context = oslo_context.RequestContext()
    context.request_id = ''
    return context


def _as_datetime(value: datetime.datetime | str | None) -> datetime.datetime:
    if value is None:
        return timeutils.utcnow()
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value)
    return value
