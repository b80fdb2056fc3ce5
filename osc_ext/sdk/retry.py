# SPDX-License-Identifier: Apache-2.0
"""Calls of the SDK that can be repeated, with a tag on what changes servers.

What is added is the attribute ``request`` of one proxy, the connection's own,
while a block is open. Which block a call belongs to is a context variable.
"""

from collections.abc import Callable, Iterator, Mapping
import contextlib
import contextvars
import threading
import types
from typing import Any
import urllib.parse
import weakref

from keystoneauth1 import exceptions as keystoneauth
from openstack import exceptions
from openstack import proxy
import requests

from osc_ext import tags
from osc_ext.exceptions import InvalidTag
from osc_ext.exceptions import NestedUse
from osc_ext.sdk import changes
from osc_ext.sdk import compute
from osc_ext.sdk import lost_answers
from osc_ext.sdk import pauses
from osc_ext.sdk import repetition
from osc_ext.sdk.connection import compute_of

#: Takes what ``proxy.Proxy.request`` does.
Send = Callable[..., requests.Response]

_READING = frozenset({'GET', 'HEAD', 'OPTIONS'})
#: How often to ask an API for its versions that shows none.
_DISCOVERIES = 3
#: Seconds for which the API may be unreachable at the beginning.
_BEGIN = 15

#: The blocks that are open in this thread, by the proxies they use.
_open: contextvars.ContextVar[Mapping[proxy.Proxy, Any]] = (
    contextvars.ContextVar(
        'osc_ext.sdk.retry', default=types.MappingProxyType({})
    )
)
#: Held while a hook is put in or taken out.
_lock = threading.Lock()
#: Proxies of APIs that are known to have tasks.
_with_tasks: weakref.WeakSet[proxy.Proxy] = weakref.WeakSet()


@contextlib.contextmanager
def retry_safe(
    connection: Any,
    tag: str | None = None,
    timeout: float = 600,
    answer_timeout: float = 60,
) -> Iterator[str]:
    """Make the calls in a block safe against lost answers.

    Each request in the block that changes a server, sent through
    ``connection.compute`` or what uses it, carries the tag, so that the
    compute API carries it out once. When its answer is lost, because the
    connection was reset, time passed, a proxy answered 502, 503 or 504, or the
    API was killed, the request is sent again until its outcome is
    known, in intervals that grow to ten seconds or as ``Retry-After`` says.
    The call returns as if its answer had come. So does a call that an earlier
    block with the same tag has made, in another process, too.

    Requests that read are sent again when their answers are lost. All other
    requests, those to other services, and those of other threads go out as
    they are; a new thread opens a block of its own. Passwords that an answer
    has shown cannot be had again.

    :param connection: a connection of openstacksdk
    :param tag: the tag; a new one unless given
    :param timeout: seconds one call may take until its outcome is known; more
        than the API's ``[tasks] request_timeout``
    :param answer_timeout: seconds to wait for an answer, where the connection
        has no limit of its own (``api_timeout``)
    :return: a context manager; the block gets the tag
    :raises osc_ext.exceptions.InvalidTag: when the tag cannot be one
    :raises osc_ext.exceptions.ServiceNotFound: when the connection has no
        compute API
    :raises osc_ext.exceptions.TasksNotSupported: when that API has no tasks
    :raises osc_ext.exceptions.NestedUse: when this thread is in a block of
        the connection already

    These, and ResourceTimeout when the API is unreachable for 15 seconds, come
    before anything that changes a server is sent. The calls inside
    raise what they always do, and further:

    * :class:`osc_ext.exceptions.TaskFailed` when the request was accepted, its
      answer lost, and its task has failed since;
    * :class:`osc_ext.exceptions.AnswerLost` when it was carried out, but its
      answer cannot be made anew;
    * :class:`openstack.exceptions.ResourceTimeout` when the outcome is not
      known in time: the same tag finds it later.
    """
    if tag is None:
        tag = tags.make()
    elif not isinstance(tag, str) or not tags.is_tag(tag):
        raise InvalidTag(tag)
    seconds = min(timeout, _BEGIN)
    used = _checked(connection, pauses.Pauses(seconds, 'the compute API'))
    outer = _open.get()
    if used in outer:
        raise NestedUse('A block of this connection is open in this thread.')
    with _hooked(used):
        block = _Block(used, tag, timeout, answer_timeout)
        _open.set({**outer, used: block})
        try:
            yield tag
        finally:
            _open.set(outer)


class _Block:
    """The requests of one block.

    :param used: the proxy that sends them
    """

    def __init__(
        self,
        used: proxy.Proxy,
        tag: str,
        timeout: float,
        answer_timeout: float,
    ) -> None:
        self._proxy = used
        self._tag = tag
        self._timeout = timeout
        has_limit = used.session.timeout is not None
        self._limit = {} if has_limit else {'timeout': answer_timeout}

    def request(
        self, send: Send, url: str, method: str, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send a request in the way it needs (``proxy.Proxy.request``).

        :param send: sends it once
        """
        if method.upper() in _READING:
            repeated = repetition.RepeatedRead(self._pauses())
        else:
            body = kwargs.get('json', kwargs.get('data'))
            change = changes.recognize(method, self._below(url), body)
            if change is None:
                return send(url, method, *args, **kwargs)
            headers = kwargs.get('headers') or {}
            kwargs['headers'] = {**headers, tags.HEADER: self._tag}
            read = _reader(send, {**self._limit, **_of_version(kwargs)})
            repeated = repetition.RepeatedChange(
                self._pauses(), self._tag, change, read
            )
        raise_exc = kwargs.pop('raise_exc', False)
        kwargs = {**self._limit, **kwargs, 'raise_exc': False}
        answer = repeated.run(lambda: send(url, method, *args, **kwargs))
        if raise_exc and answer.status_code >= 400:
            raise keystoneauth.from_response(answer, method, url)
        return answer

    def _below(self, url: str) -> str:
        """Return the part of a URL below the endpoint, where it has both."""
        if not urllib.parse.urlsplit(url).netloc:
            return url
        endpoint = (self._proxy.get_endpoint() or '').rstrip('/')
        return url.removeprefix(endpoint) if endpoint else url

    def _pauses(self) -> pauses.Pauses:
        what = f'the answer to a request with tag {self._tag}'
        return pauses.Pauses(self._timeout, what)


class _Hook:
    """``request`` of a proxy while blocks are open.

    It sends what belongs to no block as it would have been sent without.
    """

    def __init__(self, used: proxy.Proxy) -> None:
        self._proxy = used
        self._send = used.request
        #: What was in its place, None for the method of the class.
        self.before = vars(used).get('request')
        self.blocks = 0

    def __call__(
        self, url: str, method: str, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send a request (``proxy.Proxy.request``)."""
        block = _open.get().get(self._proxy)
        if block is None:
            return self._send(url, method, *args, **kwargs)
        return block.request(self._send, url, method, *args, **kwargs)


@contextlib.contextmanager
def _hooked(used: proxy.Proxy) -> Iterator[None]:
    """Have a hook in a proxy while at least one block is open."""
    attributes = vars(used)
    with _lock:
        hook = attributes.get('request')
        if not isinstance(hook, _Hook):
            hook = attributes['request'] = _Hook(used)
        hook.blocks += 1
    try:
        yield
    finally:
        with _lock:
            hook.blocks -= 1
            if not hook.blocks:
                del attributes['request']
                if hook.before is not None:
                    attributes['request'] = hook.before


def _checked(connection: Any, pause: pauses.Pauses) -> proxy.Proxy:
    """Return the proxy of a compute API that has tasks.

    :raises TasksNotSupported: when it has none
    """

    def check() -> proxy.Proxy:
        found = compute_of(connection)
        if found not in _with_tasks:
            _learn_versions(found)
            compute.check_tasks(found)
            _with_tasks.add(found)
        return found

    return next(pause.poll(check, may_begin_late=True))


def _learn_versions(used: proxy.Proxy) -> None:
    """Have the SDK know the microversions that the API has.

    It would take a lost answer for that of an API without any, and send a
    request in another form.
    """
    for _ in range(_DISCOVERIES):
        data = used.get_endpoint_data()
        if not (data and data.url) or data.max_microversion is not None:
            return
        # Raises where keystoneauth continues without.
        used.session.get(data.url, authenticated=False, raise_exc=False)


def _reader(send: Send, options: Mapping[str, Any]) -> lost_answers.Read:
    """Return a function that reads a document from the compute API."""

    def read(path: str) -> Any:
        answer = send(path, 'GET', raise_exc=False, **options)
        if answer.status_code == 404:
            return None
        exceptions.raise_from_response(answer)
        return answer.json()

    return read


def _of_version(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the option of a request that chooses a microversion."""
    return {k: v for k, v in options.items() if k == 'microversion'}
