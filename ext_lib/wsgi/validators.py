# SPDX-License-Identifier: Apache-2.0
"""JSON Schema, checked in time linear in what is checked."""

from collections.abc import Callable, Iterator
import functools
import itertools
import json
from typing import Any

import jsonschema

from ext_lib.wsgi import microversion
from ext_lib.wsgi import schema

#: The most errors that are found in one array or object. For each, there is
#: text made of all that is around it.
_MOST_ERRORS = 20
#: Keywords that may find an error in each of any number of items.
_REPEATED = ('items', 'patternProperties', 'additionalProperties')

Errors = Iterator[jsonschema.ValidationError]
Check = Callable[[Any, Any, Any, Any], Errors]


def _bounded(keyword: str) -> Check:
    check: Check = jsonschema.Draft202012Validator.VALIDATORS[keyword]

    def check_some(*arguments: Any) -> Errors:
        return itertools.islice(check(*arguments), _MOST_ERRORS)

    return check_some


def _unique_items(
    validator: Any, is_unique: bool, items: Any, _schema: Any
) -> Errors:
    # jsonschema compares each item with all others.
    if is_unique and validator.is_type(items, 'array'):
        texts = {json.dumps(item, sort_keys=True) for item in items}
        if len(texts) < len(items):
            yield jsonschema.ValidationError(
                f'{items!r} has non-unique elements'
            )


Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    {
        'uniqueItems': _unique_items,
        **{keyword: _bounded(keyword) for keyword in _REPEATED},
    },
)


@functools.cache
def for_version(
    form: schema.Query | schema.Body,
    version: microversion.Version,
    formats: jsonschema.FormatChecker,
) -> jsonschema.Draft202012Validator:
    """Return the validator of queries or bodies at a version."""
    return Validator(form.at(version), format_checker=formats)
