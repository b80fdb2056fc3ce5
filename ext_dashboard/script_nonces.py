# SPDX-License-Identifier: Apache-2.0
"""Content security policy of the pages with texts of users in them.

Horizon's templates have inline scripts. Each of them gets a nonce when the
template is loaded, so that a script in a text, which was not there then, has
none: browsers do not run it, even where the text became markup by mistake.
The directory ``local_settings.d`` has the settings.
"""

from collections.abc import Callable, Iterator
import contextvars
import re
import secrets
from typing import Any, Final
from urllib import parse

from django import template
from django.conf import settings
from django.template import Origin
from django.template.loaders import base
from django.template.loaders import cached

MIDDLEWARE: Final = 'ext_dashboard.script_nonces.Middleware'
#: Tags of all templates.
BUILTINS: Final = 'ext_dashboard.script_nonces'
_LOADER: Final = 'ext_dashboard.script_nonces.Loader'
_CACHED: Final = f'{cached.__name__}.Loader'

#: Pages that have the policy, as regular expression of names of views.
_PAGES: Final = re.compile(
    r'horizon:project:(server_history|server_tasks):'
    r'|horizon:(project|admin):server_audit:'
    r'|horizon:(project|admin):instances:detail$'
    r'|horizon:project:data_processing\.clusters:cluster-details$'
)
#: In sessions.
_KEY: Final = 'ext_script_nonce'
_BYTES: Final = 16
#: What is compressed is a file in the end, and so is this template.
_IN_FILES: Final = 'angular/angular_templates.html'
_COMPRESSED: Final = re.compile(
    r'({%\s*compress\b.*?{%\s*endcompress\s*%})', re.DOTALL
)
#: A script without an address; of another type it is none for browsers.
_INLINE: Final = re.compile(
    r'<script(?![^>]*\b(?:src|nonce)=)(?![^>]*\btype="text/(?!javascript"))',
    re.IGNORECASE,
)
_NONCE: Final = '<script nonce="{% ext_script_nonce %}"'

#: Of the session that a request is of. Not every template has the request.
_current: contextvars.ContextVar[str] = contextvars.ContextVar(
    'nonce', default=''
)
register: Final = template.Library()


class Middleware:
    """A nonce for each session, and the header on the pages.

    It is the same in all answers to a session, since a page takes in parts of
    others, which are loaded later.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Answer a request."""
        nonce = ''
        if request.user.is_authenticated:
            nonce = _nonce(request.session)
        token = _current.set(nonce)
        try:
            response = self._get_response(request)
        finally:
            _current.reset(token)
        match = request.resolver_match
        if match and _PAGES.match(match.view_name or ''):
            response.setdefault('Content-Security-Policy', _policy(nonce))
        return response


@register.simple_tag
def ext_script_nonce() -> str:
    """Return the nonce of the session, in templates."""
    return _current.get()


class Loader(base.Loader):
    """Templates of other loaders, whose inline scripts have the nonce."""

    def __init__(self, engine: Any, loaders: Any) -> None:
        super().__init__(engine)
        self._loaders = engine.get_template_loaders(loaders)

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        """Return where a template may be."""
        for loader in self._loaders:
            for origin in loader.get_template_sources(template_name):
                yield _Origin(origin, self)

    def get_contents(self, origin: Any) -> str:
        """Return the text of a template, with nonces.

        :raises TemplateDoesNotExist: when it is not there
        """
        found = origin.original
        text: str = found.loader.get_contents(found)
        return text if origin.template_name == _IN_FILES else with_nonces(text)


class _Origin(Origin):
    def __init__(self, original: Origin, loader: Loader) -> None:
        super().__init__(original.name, original.template_name, loader)
        self.original = original


def with_nonces(text: str) -> str:
    """Return the text of a template, its inline scripts with the nonce."""
    parts = _COMPRESSED.split(text)
    parts[::2] = [_INLINE.sub(_NONCE, part) for part in parts[::2]]
    return ''.join(parts)


def wrapped(loaders: Any) -> list[Any]:
    """Return the loaders of settings such that all scripts get nonces.

    Those of a cached loader are wrapped one level below it, which makes each
    template once.
    """
    return [
        (_CACHED, wrapped(loader[1]))
        if isinstance(loader, tuple | list) and loader[0] == _CACHED
        else (_LOADER, [loader])
        for loader in loaders
    ]


def _nonce(session: Any) -> str:
    if _KEY not in session:
        session[_KEY] = secrets.token_urlsafe(_BYTES)
    return str(session[_KEY])


def _policy(nonce: str) -> str:
    """Return the policy.

    Horizon compiles templates of its scripts with ``eval``, which a text that
    has become markup cannot reach.
    """
    static = parse.urlsplit(settings.STATIC_URL)
    files = f' {static.scheme or "https"}://{static.netloc}' * bool(
        static.netloc
    )
    return (
        f"script-src 'self'{files} 'nonce-{nonce}' 'unsafe-eval'; "
        "object-src 'none'; base-uri 'self'"
    )
