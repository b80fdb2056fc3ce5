# SPDX-License-Identifier: Apache-2.0
"""Validation of requests by the schemas of the method they lead to."""

from collections.abc import Iterator
import functools
from typing import Any

import jsonschema

from ext_lib import exception
from ext_lib import masking
from ext_lib import paging
from ext_lib.wsgi import controller
from ext_lib.wsgi import formats
from ext_lib.wsgi import memo
from ext_lib.wsgi import microversion
from ext_lib.wsgi import request
from ext_lib.wsgi import schema
from ext_lib.wsgi import validators

_PAGING = frozenset({'limit', 'marker'})


class InvalidInput(exception.Invalid):
    """A part of the request does not fit its schema."""

    msg_fmt = 'Invalid input for %(where)s %(path)s. Value: %(value)s. %(why)s'


class InvalidAnswer(exception.Error):
    """An answer of the service does not fit its own schema."""

    msg_fmt = 'The answer does not fit its schema: %(why)s'


def check_query(
    req: request.Request, contract: controller.Contract, max_limit: int
) -> None:
    """Set ``req.query``, ``req.page`` and ``req.filters``.

    Parameters this version does not know are left out. Where it knows no
    ``limit``, the page is the whole list.

    :raises InvalidInput: when a parameter does not fit
    """
    query, filters, page = _read_query(
        req.query_string, contract.query, req.version, max_limit
    )
    req.note(query=dict(query), filters=dict(filters), page=page)


def check_body(
    req: request.Request, contract: controller.Contract, body: Any
) -> None:
    """Refuse a body that does not fit.

    Of a client without microversions, what no schema knows is removed from
    the body, and names may stand between spaces.

    :raises InvalidInput: when it does not, or is missing
    """
    if contract.body is not None:
        validator = _lenient if req.is_legacy_v2 else _validator
        _check(contract.body, req.version, body, 'field/attribute', validator)


def check_answer(
    req: request.Request, contract: controller.Contract, body: Any
) -> None:
    """Refuse an answer that does not fit; for tests of the service.

    :raises InvalidAnswer: when it does not
    """
    if contract.response is not None:
        try:
            _check(contract.response, req.version, body, 'answer')
        except InvalidInput as error:
            raise InvalidAnswer(why=error.message) from error


@memo.of_texts
def _read_query(
    text: str,
    form: schema.Query,
    version: microversion.Version,
    max_limit: int,
) -> tuple[dict[str, str], dict[str, str], paging.Page]:
    given = request.query_lists(text)
    _check(form, version, given, 'query parameters')
    known = form.names(version)
    query = {k: v[-1] for k, v in given.items() if k in known}
    filters = {k: v for k, v in query.items() if k not in _PAGING}
    page = _page(query, max_limit) if 'limit' in known else paging.ALL
    return query, filters, page


def _page(query: dict[str, str], max_limit: int) -> paging.Page:
    try:
        limit = int(query.get('limit', max_limit))
    except ValueError:
        # A line feed passes for digits; of those, Python reads 4,300.
        raise InvalidInput('limit must be an integer') from None
    return paging.Page(min(limit, max_limit), query.get('marker'))


def _check(
    form: schema.Query | schema.Body,
    version: microversion.Version,
    value: Any,
    where: str,
    validator: Any = None,
) -> None:
    validator = validator or _validator
    error = jsonschema.exceptions.best_match(
        validator(form, version).iter_errors(value)
    )
    if error is not None:
        raise _invalid(error, where, value)


def _validator(
    form: schema.Query | schema.Body, version: microversion.Version
) -> jsonschema.Draft202012Validator:
    return validators.for_version(form, version, formats.CHECKER)


def _without_unknown(
    validator: Any, allowed: Any, value: Any, form: dict[str, Any]
) -> Iterator[jsonschema.ValidationError]:
    """Remove unknown properties, in place of ``additionalProperties``.

    What has none that are known is left as it is, since it may be meant for
    another branch of the schema; and so is what has names by a pattern.
    """
    if allowed is not False or not isinstance(value, dict):
        return
    if 'patternProperties' in form:
        yield from _additional(validator, allowed, value, form)
        return
    unknown = value.keys() - form.get('properties', {}).keys()
    if unknown != value.keys():
        for name in unknown:
            del value[name]


_additional: Any = jsonschema.Draft202012Validator.VALIDATORS[
    'additionalProperties'
]
_LenientValidator: Any = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    {'additionalProperties': _without_unknown},
)


@functools.cache
def _lenient(form: schema.Body, version: microversion.Version) -> Any:
    return _LenientValidator(form.at(version), format_checker=formats.LENIENT)


def _invalid(
    error: jsonschema.ValidationError, where: str, whole: Any
) -> InvalidInput:
    """Return the error for a client, without the secrets it has sent.

    :param whole: all that was checked
    """
    why = masking.mask_quoted(error.message, whole)
    names = [part for part in error.absolute_path if isinstance(part, str)]
    if not names:
        return InvalidInput(why)
    if any(masking.is_secret(name) for name in names):
        value = masking.MASK
    else:
        # A string may be a document itself, or what is secret elsewhere.
        quoted = str(masking.masked(error.instance))
        value = masking.mask_quoted(quoted, whole)
    return InvalidInput(where=where, path=names[-1], value=value, why=why)
