# SPDX-License-Identifier: Apache-2.0
"""Structured field values of HTTP: RFC 8941, and RFC 9651 in its place."""

import re

_STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_KEY = r'[a-z*][a-z0-9_\-.*]*'
#: Bare items in the order of RFC 9651, 3.3; a decimal before an integer.
_BARE_ITEM = '|'.join(
    (
        r'-?[0-9]{1,12}\.[0-9]{1,3}',
        r'-?[0-9]{1,15}',
        _STRING,
        r"[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*",
        r':[A-Za-z0-9+/=]*:',
        r'\?[01]',
        r'@-?[0-9]{1,15}',
        r'%"(?:[ !#$&-~]|%[0-9a-f]{2})*"',
    )
)
_STRING_ITEM = re.compile(
    rf' *({_STRING})(?:; *{_KEY}(?:=(?:{_BARE_ITEM}))?)* *'
)
_ESCAPE = re.compile(r'\\(["\\])')
_TO_ESCAPE = re.compile(r'(["\\])')


class NotAString(ValueError):
    """The value of a field is no Item that is a String."""


def string(value: str) -> str:
    """Return the String that the value of an Item field is.

    Its parameters are checked, and have no meaning. A field that came in
    several lines is one value with commas, which no Item has.

    :param value: of the field, as WSGI has it
    :raises NotAString: when it is anything else (RFC 9651, 4.2.5)
    """
    found = _STRING_ITEM.fullmatch(value)
    if found is None:
        raise NotAString()
    return _ESCAPE.sub(r'\1', found[1][1:-1])


def serialize_string(text: str) -> str:
    """Return the value of a field for a String (RFC 9651, 4.1.6).

    :param text: of ASCII characters, none of them a control character
    :raises NotAString: when it has others
    """
    if not (text.isascii() and text.isprintable()):
        raise NotAString()
    quoted = _TO_ESCAPE.sub(r'\\\1', text)
    return f'"{quoted}"'
