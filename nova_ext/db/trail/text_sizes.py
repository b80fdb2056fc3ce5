# SPDX-License-Identifier: Apache-2.0
"""Sizes of texts, by which batches are limited in memory."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression

#: Most bytes of texts in memory at once, unless a single record has more.
LIMIT = 4 * 1024 * 1024
#: Least size that a row counts with: it may have grown since its size was
#: read.
_LEAST = 8 * 1024


class ByteLength(expression.FunctionElement):
    """The number of bytes of a text, as an SQL expression."""

    type = sa.BigInteger()
    name = 'byte_length'
    inherit_cache = True


@compiler.compiles(ByteLength)
def _standard(element: ByteLength, compiler: Any, **kwargs: Any) -> str:
    return f'octet_length({compiler.process(element.clauses, **kwargs)})'


@compiler.compiles(ByteLength, 'sqlite')
def _sqlite(element: ByteLength, compiler: Any, **kwargs: Any) -> str:
    # length() of a text counts characters, up to the first NUL.
    text = compiler.process(element.clauses, **kwargs)
    return f'length(CAST({text} AS BLOB))'


def total(columns: Iterable[Any]) -> Any:
    """Return the number of bytes of all these columns of a row, 0 of none."""
    sizes = [sa.func.coalesce(ByteLength(column), 0) for column in columns]
    return sum(sizes[1:], sizes[0]) if sizes else sa.literal_column('0')


def parts(sizes: Iterable[Any], count: int) -> Iterator[list[int]]:
    """Yield numbers in lists of limited length, and limited size.

    :param sizes: pairs of a number and the bytes of its row
    :param count: how many a list has at most
    """
    part: list[int] = []
    size = 0
    for number, length in sizes:
        length = max(length, _LEAST)
        if part and (len(part) == count or size + length > LIMIT):
            yield part
            part, size = [], 0
        part.append(number)
        size += length
    if part:
        yield part
