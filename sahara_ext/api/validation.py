# SPDX-License-Identifier: Apache-2.0
"""Validation of requests by the schemas of the method they lead to."""

from collections.abc import Iterable
from typing import Any

import jsonschema
from oslo_serialization import jsonutils

from ext_lib import exception
from ext_lib import masking
from ext_lib import paging
from ext_lib.wsgi import controller
from ext_lib.wsgi import memo
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi import validators
from sahara_ext.api import microversions
from sahara_ext.api.schemas import types

#: Version 2 takes these wherever it takes any, or none.
_ALWAYS = frozenset({'limit', 'marker', 'sort_by'})
#: Longest description of a mistake, in characters.
_LONGEST = 2000


class InvalidInput(exception.Invalid):
    """A part of the request does not fit its schema."""

    code = 'VALIDATION_ERROR'


class UnsupportedContentType(exception.Invalid):
    """The body is in a format the service does not read."""

    msg_fmt = "Content type '%(content_type)s' isn't supported"


class UnknownParameters(exception.Invalid):
    """The query has parameters that nothing reads."""

    code = 'INVALID_PARAMS_ON_REQUEST'
    msg_fmt = 'Unknown parameters: %(unknown)s. Valid ones are: %(known)s.'


def check_query(
    req: request.Request, contract: controller.Contract, max_limit: int
) -> None:
    """Set ``req.query``, ``req.page`` and ``req.filters``.

    :raises InvalidInput: when a parameter does not fit
    :raises UnknownParameters: when there are others, where that matters
    """
    query, filters, page = _read_query(
        req.query_string, contract.query, req.version, max_limit
    )
    req.note(query=dict(query), filters=dict(filters), page=page)


def read_body(req: request.Request) -> Any:
    """Return the body as decoded, an empty object when there is none.

    :raises UnsupportedContentType: when it is not JSON by its type
    :raises MalformedBody: when it is not JSON, or holds a number or a
        character that cannot be stored
    """
    if not req.body:
        return {}
    if req.content_type not in ('', request.JSON_TYPE):
        raise UnsupportedContentType(content_type=req.content_type)
    found = request.decode(bytes(req.body))
    try:
        jsonutils.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        raise request.MalformedBody() from None
    return found


def check_body(req: request.Request, form: schema.Body, body: Any) -> None:
    """Refuse a body that does not fit.

    :raises InvalidInput: with all that is wrong, a line for each
    """
    try:
        _check(form, req.version, body)
    except RecursionError:
        raise request.MalformedBody() from None


@memo.of_texts
def _read_query(
    text: str,
    form: schema.Query,
    version: microversion.Version,
    max_limit: int,
) -> tuple[dict[str, str], dict[str, str], paging.Page]:
    given = request.query_lists(text)
    known = form.names(version)
    _check_names(form, version, given)
    _check(form, version, given)
    query = {k: v[-1] for k, v in given.items() if k in known}
    filters = {k: v for k, v in query.items() if k not in _ALWAYS}
    limit = int(query.get('limit', max_limit))
    page = paging.Page(min(limit, max_limit), query.get('marker'))
    return query, filters, page


def _check_names(
    form: schema.Query, version: microversion.Version, given: Iterable[str]
) -> None:
    known = form.names(version)
    is_strict = form.strict_since and version >= form.strict_since
    if version >= microversions.V2:
        known |= _ALWAYS
        is_strict = True
    unknown = sorted(set(given) - known)
    if is_strict and unknown:
        raise UnknownParameters(
            unknown=', '.join(unknown), known=', '.join(sorted(known))
        )


def _check(
    form: schema.Query | schema.Body,
    version: microversion.Version,
    value: Any,
) -> None:
    errors = sorted(
        validators.for_version(form, version, types.CHECKER).iter_errors(
            value
        ),
        key=lambda error: [str(part) for part in error.absolute_path],
    )
    if errors:
        is_query = isinstance(form, schema.Query)
        texts = [_text(error, is_query) for error in errors]
        lines = masking.mask_quoted('\n'.join(texts), value)
        raise InvalidInput(lines[:_LONGEST])


def _text(error: jsonschema.ValidationError, is_query: bool) -> str:
    names = [str(part) for part in error.absolute_path]
    if not names:
        return str(error.message)
    if is_query and len(names) == 1:
        return f'{names[0]}: There is more than one.'
    if is_query:
        # The client need not know that parameters are lists here.
        return f'{names[0]}: {error.message}'
    path = names[0] + ''.join(f'[{name}]' for name in names[1:])
    return f'{path}: {error.message}'
