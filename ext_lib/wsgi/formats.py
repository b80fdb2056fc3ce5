# SPDX-License-Identifier: Apache-2.0
"""Formats of strings in requests."""

import base64
import ipaddress
import re
import unicodedata
import warnings

import jsonschema
from oslo_utils import timeutils
from oslo_utils import uuidutils

CHECKER = jsonschema.FormatChecker(formats=())
#: The formats of clients without microversions.
LENIENT = jsonschema.FormatChecker(formats=())

# What Python may give another meaning one day. Patterns come from clients, and
# databases match them.
warnings.filterwarnings('ignore', category=FutureWarning, module=__name__)

#: The longest regular expression that is looked at, in characters.
LONGEST_PATTERN = 1024
#: Characters beyond Latin 1 in a regular expression. Python enumerates the
#: ranges between them to no use, which takes seconds.
_WIDE = re.compile(
    r'[^\x00-\xff]|\\u[0-9a-fA-F]{4}'
    r'|\\U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|\\N\{[^{}]*\}'
)
#: The last character all databases of the field can store.
_LAST = '\uffff'


@CHECKER.checks('date-time', raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(timeutils.parse_isotime(value))


@CHECKER.checks('uuid')
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or uuidutils.is_uuid_like(value)


@CHECKER.checks('ipv4', raises=ValueError)
def _is_ipv4(value: object) -> bool:
    return not isinstance(value, str) or bool(ipaddress.IPv4Address(value))


@CHECKER.checks('ipv6', raises=ValueError)
def _is_ipv6(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return ipaddress.IPv6Address(value).scope_id is None


@CHECKER.checks('base64', raises=ValueError)
def _is_base64(value: object) -> bool:
    if isinstance(value, str):
        base64.decodebytes(value.encode('ascii'))
    return True


@CHECKER.checks('regex', raises=(re.error, OverflowError, RecursionError))
def _is_regex(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return 0 < len(value) <= LONGEST_PATTERN and _compiles(value)


@CHECKER.checks('name')
def _is_name(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return value == value.strip() and all(map(_is_printable, value))


@LENIENT.checks('name')
def _is_name_between_spaces(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return value.strip() != '' and _is_name(value.strip())


@CHECKER.checks('text')
def _is_text(value: object) -> bool:
    # One line; that it ends is no matter.
    if not isinstance(value, str):
        return True
    return all(map(_is_printable, value.removesuffix('\n')))


def _compiles(pattern: str) -> bool:
    return bool(re.compile(_WIDE.sub('\xff', pattern)))


def _is_printable(character: str) -> bool:
    category = unicodedata.category(character)
    if character > _LAST or category.startswith('C'):
        return False
    return category == 'Zs' or not category.startswith('Z')


LENIENT.checkers = {**CHECKER.checkers, **LENIENT.checkers}
