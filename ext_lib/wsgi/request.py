# SPDX-License-Identifier: Apache-2.0
"""The request as controller methods get it: parsed and validated."""

import re
from typing import Any

from oslo_serialization import jsonutils
import webob
from webob import acceptparse

from ext_lib import context
from ext_lib import exception
from ext_lib import paging
from ext_lib.wsgi import memo
from ext_lib.wsgi import microversion

#: Where the context filter leaves the caller's identity.
CONTEXT = 'ext.context'

#: Where our own server leaves the event that is set when it is to end.
STOPPING = 'ext.stopping'

#: Set by the filter of an API without microversions; nova's name for it.
LEGACY_V2 = 'openstack.legacy_v2'

#: Where webob keeps attributes of requests.
ATTRIBUTES = 'webob.adhoc_attrs'

JSON_TYPE = 'application/json'
_TEXT_TYPE = 'text/plain'
#: The most parameters that a query string may have.
MOST_PARAMETERS = 1000
_WITH_BODY = frozenset({'POST', 'PUT', 'PATCH'})
#: What JSON may escape and no database can store: NUL and halves of
#: surrogate pairs.
_SUSPECT = re.compile(rb'\\u(?:0000|[dD][89a-fA-F])')
#: NUL as every JSON document has it; the text of an escape has one more
#: backslash.
_NUL = re.compile(r'(?<!\\)(?:\\\\)*\\u0000')


class UnsupportedContentType(exception.Error):
    """The body is in a format the service does not read."""

    msg_fmt = 'Unsupported Content-Type'


class MalformedBody(exception.Invalid):
    """The body is not JSON, or not a JSON object."""

    msg_fmt = 'Malformed request body'


class MalformedQuery(exception.Invalid):
    """The query string is not UTF-8."""

    msg_fmt = 'Query string is not UTF-8 encoded'


class NulInQuery(MalformedQuery):
    """A query parameter holds NUL, which no database takes in a text."""

    msg_fmt = '%(name)s: NUL is no character of a text'


class TooManyParameters(exception.Invalid):
    """The query string has more parameters than are looked at."""

    msg_fmt = 'The query has more than %(most)d parameters'


class Request(webob.Request):
    """A request, with what negotiation and validation found out.

    webob keeps these attributes in the environ, so that filters around the
    application can read them too.
    """

    project_segment: str | None
    query: dict[str, str]
    page: paging.Page
    filters: dict[str, str]

    @property
    def version(self) -> microversion.Version:
        """The version of the API that the request speaks."""
        # Views read it for each item, and this is faster than webob.
        found: microversion.Version = self.environ[ATTRIBUTES]['version']
        return found

    @version.setter
    def version(self, version: microversion.Version) -> None:
        self.environ.setdefault(ATTRIBUTES, {})['version'] = version

    def note(self, **found: Any) -> None:
        """Set several attributes, in one go in place of webob's way."""
        self.environ.setdefault(ATTRIBUTES, {}).update(found)

    @property
    def context(self) -> context.RequestContext:
        """The caller's identity."""
        found: context.RequestContext = self.environ[CONTEXT]
        return found

    @property
    def is_legacy_v2(self) -> bool:
        """True if the client knows no microversions, and no strictness."""
        return bool(self.environ.get(LEGACY_V2))

    def query_lists(self) -> dict[str, list[str]]:
        """Return each query parameter with all its values.

        :raises MalformedQuery: when the query string is not UTF-8, or holds
            NUL
        :raises TooManyParameters: when there are more than MOST_PARAMETERS
        """
        return query_lists(self.query_string)

    def raw_body(self, json_types: frozenset[str]) -> bytes:
        """Return the body, empty for a method that has none.

        What says nothing of its type, or calls itself text, is JSON too.

        :raises UnsupportedContentType: when it is of any other type
        """
        kind = self.content_type
        if kind and kind != _TEXT_TYPE and kind not in json_types:
            raise UnsupportedContentType()
        return bytes(self.body) if self.method in _WITH_BODY else b''

    def document(self) -> Any:
        """Return what the body says, None when it is not JSON.

        It stays readable for the application.
        """
        try:
            return jsonutils.loads(bytes(self.body))
        except (ValueError, RecursionError):
            return None

    def best_type(self, json_types: frozenset[str]) -> str:
        """Return the type of the answer: of ours, the one preferred."""
        return _best_type(self.environ.get('HTTP_ACCEPT'), json_types)


def query_lists(text: str) -> dict[str, list[str]]:
    """Return each parameter of the query string ``text`` with its values.

    :raises MalformedQuery: when it is not UTF-8, or holds NUL
    :raises TooManyParameters: when there are more than MOST_PARAMETERS
    """
    # Before they are parsed, which takes a while for very many.
    if text.count('&') >= MOST_PARAMETERS:
        raise TooManyParameters(most=MOST_PARAMETERS)
    found: dict[str, list[str]] = {}
    try:
        for name, value in webob.Request({'QUERY_STRING': text}).GET.items():
            found.setdefault(name, []).append(value)
    except UnicodeDecodeError:
        raise MalformedQuery() from None
    _check_storable(found)
    return found


def decode(raw: bytes) -> Any:
    """Return what the JSON document ``raw`` says.

    :raises MalformedBody: when it is not JSON in UTF-8, or holds text that
        cannot be stored: NUL, or half of a surrogate pair
    """
    try:
        found = jsonutils.loads(raw)
        if not _SUSPECT.search(raw):
            return found
        text = jsonutils.dumps(found, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError):
        raise MalformedBody() from None
    if _NUL.search(text):
        raise MalformedBody('Malformed request body: NUL in a text')
    return found


def _check_storable(query: dict[str, list[str]]) -> None:
    for name, values in query.items():
        if any('\0' in text for text in (name, *values)):
            raise NulInQuery(name=name.replace('\0', '\\0'))


@memo.of_texts
def _best_type(accept: str | None, json_types: frozenset[str]) -> str:
    offers = [JSON_TYPE, *sorted(json_types - {JSON_TYPE})]
    wanted = acceptparse.create_accept_header(accept)
    found = wanted.acceptable_offers(offers)
    return str(found[0][0]) if found else JSON_TYPE
