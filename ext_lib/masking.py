# SPDX-License-Identifier: Apache-2.0
"""Masking of passwords and other secrets in values and in text.

Errors quote what a client has sent, and are read by others than that client.
Only the name of a value says what it is, so a secret is the value
of a key whose name says so.
"""

from collections.abc import Iterator, Mapping
import re
from typing import Any

from oslo_serialization import jsonutils

#: What stands in the place of a secret.
MASK = '***'

#: In names without their separators and in lower case: ``adminPass``,
#: ``user_data``, ``fs.s3a.secret.key`` and ``ssh_private_key`` have one each.
_SECRET = re.compile(
    'adminpass|password|passwd|passphrase|pswd|userdata|secret|credential'
    '|token|privatekey|accesskey|apikey|encryptedkey|sslkey|fernetkey'
    '|personality'
)
#: Names that are secret as they stand, though other names contain them:
#: ``contents`` is a file of nova's ``personality``.
_EXACTLY = frozenset({'contents', 'pass', 'pwd'})
_SEPARATORS = re.compile(r'[\W_]+')

#: The beginning of an entry in a dictionary, in JSON or as Python prints it.
_KEY = re.compile(
    r"""(?P<quote>\\{0,15}['"])(?P<name>[\w .:\-]{1,255})(?P=quote)"""
    r'\s{0,9}:\s{0,9}'
)
#: How nova and this service quote the value of one field.
_FIELD = re.compile(
    r'(?P<head>Invalid input for [\w /]{1,40} (?P<name>[\w.:\-]{1,255})\. '
    r'Value: )'
)
#: How deep a value is looked into. What lies deeper is masked.
_DEEPEST = 100
#: How many secrets are looked for in a text. With more, all of it is masked.
_MOST = 100
_CLOSING = {'[': ']', '{': '}', '(': ')'}
_PLAIN_END = re.compile(r'[,\s\]})]|\Z')
_QUOTE = re.compile(r"""[ub]?(\\{0,15})(['"])""")


def is_secret(name: object) -> bool:
    """Return whether values of this name are secrets.

    :param name: of a field, in any of the usual spellings
    """
    plain = _SEPARATORS.sub('', str(name)).lower()
    return plain in _EXACTLY or _SECRET.search(plain) is not None


def masked(value: Any, depth: int = 0) -> Any:
    """Return a copy of a JSON value in which secrets are masked.

    One that is null or empty stays as it is.

    :param depth: how many levels of the whole are above ``value``
    """
    if not isinstance(value, (Mapping, list, tuple)):
        return value
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {
            name: MASK
            if is_secret(name) and _is_telling(found)
            else masked(found, depth + 1)
            for name, found in value.items()
        }
    return [masked(found, depth + 1) for found in value]


def without_secrets(value: Any) -> tuple[Any, list[str]]:
    """Return a copy of a JSON value without its secrets, and their names.

    Where :func:`masked` says that there is a secret, this leaves its name
    out, too: a program would take the mask for the secret.

    :returns: the copy, and the names that were left out, each once, in order
    """
    names: set[str] = set()
    return _left(value, names), sorted(names)


def _left(value: Any, names: set[str], depth: int = 0) -> Any:
    if not isinstance(value, (Mapping, list, tuple)):
        return value
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        secret = {
            name
            for name, found in value.items()
            if is_secret(name) and _is_telling(found)
        }
        names |= {str(name) for name in secret}
        return {
            name: _left(found, names, depth + 1)
            for name, found in value.items()
            if name not in secret
        }
    return [_left(found, names, depth + 1) for found in value]


def secrets_in(value: Any) -> Iterator[Any]:
    """Yield the strings and numbers of a JSON value that are secrets."""
    pending = [(value, False)]
    while pending:
        found, is_known = pending.pop()
        if isinstance(found, Mapping):
            pending += [
                (inner, is_known or is_secret(name))
                for name, inner in found.items()
            ]
        elif isinstance(found, (list, tuple)):
            pending += [(inner, is_known) for inner in found]
        elif is_known and _is_telling(found):
            yield found


def mask_quoted(text: str, value: Any) -> str:
    """Return ``text`` without the secrets of the value it was made from.

    :param text: an error, which may quote all or a part of ``value``
    :param value: what a client has sent, as JSON has it
    """
    secrets = set(secrets_in(value))
    if len(secrets) > _MOST:
        return MASK
    # The longest first: one may be a part of another.
    for secret in sorted(secrets, key=lambda found: -len(str(found))):
        text = _without(text, secret)
    return mask_text(text)


def mask_text(text: str) -> str:
    """Return ``text`` without the values of keys whose names say secret.

    Dictionaries are found as Python and JSON write them, cut ones too, and
    the value of a field where a message of the compute API quotes it. All
    else stays as it is.
    """
    parts: list[str] = []
    position = 0
    text = _mask_field(text)
    for key in _KEY.finditer(text):
        if key.start() < position or not is_secret(key['name']):
            continue
        end = _end_of_value(text, key.end())
        if text[key.end() : end] in ('None', 'null', "''", '""'):
            continue
        parts += [text[position : key.end()], f"'{MASK}'"]
        position = end
    parts.append(text[position:])
    return ''.join(parts)


def _mask_field(text: str) -> str:
    """Leave out the value of a secret field, and what is said of it."""
    found = _FIELD.search(text)
    if found is None or not is_secret(found['name']):
        return text
    if text.startswith(f'{MASK}.', found.end()):
        return text
    return f'{text[: found.end()]}{MASK}'


def _is_telling(value: Any) -> bool:
    """Return whether a text with this value has a secret in it."""
    return value is not None and value is not False and value != ''


def _without(text: str, secret: Any) -> str:
    if not isinstance(secret, str):
        number = re.escape(repr(secret))
        return re.sub(rf'(?<![\w.]){number}(?!\w)', MASK, text)
    for quoted in (repr(secret), jsonutils.dumps(secret)):
        text = text.replace(quoted, f"'{MASK}'")
    # A word as short as that may be a part of any other.
    return text.replace(secret, MASK) if len(secret) > 3 else text


def _end_of_value(text: str, start: int) -> int:
    """Return where a value ends; a cut one ends with the text."""
    open_brackets: list[str] = []
    position = start
    while position < len(text):
        quote = _QUOTE.match(text, position)
        if quote is not None:
            position = _end_of_string(text, quote)
        elif text[position] in _CLOSING:
            open_brackets.append(_CLOSING[text[position]])
            position += 1
        elif open_brackets and text[position] == open_brackets[-1]:
            open_brackets.pop()
            position += 1
        elif open_brackets:
            position += 1
        else:
            end = _PLAIN_END.search(text, position)
            return end.start() if end is not None else len(text)
        if not open_brackets:
            return position
    return len(text)


def _end_of_string(text: str, quote: re.Match[str]) -> int:
    """Return where a string ends whose beginning is ``quote``.

    A quote within it has more backslashes before it than the first has.
    """
    depth = len(quote[1])
    closing = re.compile(rf'(?<!\\)((?:\\)*){quote[2]}')
    position = quote.end()
    while (end := closing.search(text, position)) is not None:
        # A backslash that is a character of the string doubles with each
        # level, so the others are those of a quote within it.
        beyond = len(end[1]) - depth
        if beyond >= 0 and beyond % (2 * (depth + 1)) == 0:
            return end.end()
        position = end.end()
    return len(text)
