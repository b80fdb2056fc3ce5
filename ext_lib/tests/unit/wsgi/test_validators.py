# SPDX-License-Identifier: Apache-2.0
"""Schemas are checked in time linear in what is checked."""

import time
from typing import Any

import ddt
import jsonschema
from oslotest import base as test_base

from ext_lib.wsgi import validators

_MANY = 20_000
_OBJECT = {'type': 'object', 'required': ['a'], 'additionalProperties': False}
_LISTS = {'type': 'array', 'items': _OBJECT, 'maxItems': 50}


@ddt.ddt
class TestValidators(test_base.BaseTestCase):
    @ddt.data(
        ({'uniqueItems': True}, [{str(i): i} for i in range(_MANY)], 0),
        ({'uniqueItems': True}, [{str(i): i} for i in range(_MANY)] * 2, 1),
        ({'uniqueItems': True}, [str(i) for i in range(_MANY)], 0),
        (_LISTS, [{}] * _MANY, 21),
        ({'anyOf': [_LISTS, {'type': 'string'}]}, [{}] * _MANY, 1),
        ({'oneOf': [_LISTS, {'type': 'string'}]}, [{'b': 1}] * _MANY, 1),
        (
            {'additionalProperties': _OBJECT},
            {str(i): {} for i in range(_MANY)},
            20,
        ),
        (
            {'patternProperties': {'^[0-9]*$': {'type': 'string'}}},
            {str(i): i for i in range(_MANY)},
            20,
        ),
    )
    @ddt.unpack
    def test_time_is_linear(
        self, schema: dict[str, Any], value: Any, number: int
    ) -> None:
        validator = validators.Validator(schema)
        began = time.process_time()
        best = jsonschema.exceptions.best_match(validator.iter_errors(value))
        self.assertLess(time.process_time() - began, 3)
        self.assertEqual(bool(number), best is not None)
        self.assertEqual(number, len(list(validator.iter_errors(value))))

    @ddt.data(
        ([1, 2], True),
        (['a', 'a'], False),
        ([{'a': 1, 'b': 2}, {'b': 2, 'a': 1}], False),
        ([True, 1], True),
        ('aa', True),
    )
    @ddt.unpack
    def test_unique(self, items: Any, is_valid: bool) -> None:
        validator = validators.Validator({'uniqueItems': True})
        self.assertEqual(is_valid, validator.is_valid(items))
        ordinary = jsonschema.Draft202012Validator({'uniqueItems': True})
        self.assertEqual(is_valid, ordinary.is_valid(items))
