# SPDX-License-Identifier: Apache-2.0
"""The formats that strings of a request may have to have."""

import re

import jsonschema
from oslo_utils import uuidutils

CHECKER = jsonschema.FormatChecker(formats=())

_LABEL = '[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
_TAG_PART = '[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?'
_PATTERNS = {
    'valid_name_hostname': re.compile(rf'{_LABEL}(?:\.{_LABEL})*'),
    'valid_keypair_name': re.compile(r'[a-zA-Z0-9_ -]+'),
    'valid_tag': re.compile(rf'{_TAG_PART}(?:\.{_TAG_PART})*'),
    'posix_path': re.compile('(?:/[a-zA-Z0-9_-]+)+'),
    'positive integer': re.compile('0*[1-9][0-9]{0,17}'),
    'integer': re.compile('-?[0-9]{1,18}'),
}


def _register(name: str, pattern: re.Pattern[str]) -> None:
    @CHECKER.checks(name)
    def _fits(value: object) -> bool:
        return not isinstance(value, str) or bool(pattern.fullmatch(value))


for _name, _pattern in _PATTERNS.items():
    _register(_name, _pattern)


@CHECKER.checks('uuid')
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or uuidutils.is_uuid_like(value)


@CHECKER.checks('flavor')
def _is_flavor(value: object) -> bool:
    is_number = isinstance(value, str) and _PATTERNS['integer'].fullmatch(
        value
    )
    return bool(is_number) or _is_uuid(value)
