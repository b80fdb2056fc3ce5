# SPDX-License-Identifier: Apache-2.0
"""Regular expressions of users, matched in time linear in the text.

MariaDB and PostgreSQL match by themselves; this is for SQLite, which leaves it
to the program. Python's own ``re`` takes exponential time for some patterns,
and holds the interpreter's lock meanwhile.
"""

import functools
import re
from typing import Any

import re2

#: ``\\w`` and classes hold letters of all scripts in MariaDB and PostgreSQL.
_WORD = r'\pL\pM\pN_'
_OUTSIDE = {r'\w': f'[{_WORD}]', r'\W': f'[^{_WORD}]'}
_INSIDE = {
    r'\w': _WORD,
    # All other categories; a class holds no negated class of several.
    r'\W': r'\pC\pS\pZ\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}',
    '[:alpha:]': r'\pL\pM',
    '[:alnum:]': r'\pL\pM\pN',
    '[:lower:]': r'\p{Ll}',
    '[:upper:]': r'\p{Lu}',
    '[:word:]': _WORD,
}
_TOKEN = re.compile(r'\[\^?\]?|\\.|.', re.DOTALL)
_CLASS_TOKEN = re.compile(r'\[:[a-z]+:\]|\\.|.', re.DOTALL)
#: How many patterns are kept compiled.
_KEPT = 128


def matches(pattern: str, text: str | None) -> bool | None:
    """Return whether ``pattern`` is found anywhere in ``text``.

    What backtracking alone can do, back-references and look-around, is
    invalid.

    :raises ValueError: when ``pattern`` is invalid
    """
    if text is None:
        return None
    return bool(_compile(pattern).search(text))


@functools.lru_cache(_KEPT)
def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        return re2.compile(_translate(pattern), options)
    except re2.error as error:
        raise ValueError(f'Invalid pattern: {pattern!r}') from error


def _translate(pattern: str) -> str:
    """Return ``pattern`` with the classes that MariaDB and PostgreSQL have."""
    found = []
    position = 0
    is_class = False
    while position < len(pattern):
        form = _CLASS_TOKEN if is_class else _TOKEN
        match = form.match(pattern, position)
        assert match is not None
        token = match.group()
        position = match.end()
        found.append((_INSIDE if is_class else _OUTSIDE).get(token, token))
        if is_class:
            is_class = token != ']'  # noqa: S105 - of a pattern
        else:
            is_class = token.startswith('[')
    return ''.join(found)
