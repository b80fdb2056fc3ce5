# SPDX-License-Identifier: Apache-2.0
"""Ids of records of the trail: the source, and the number in it."""

import re
from typing import NamedTuple

from ext_lib import exception

_FORM = re.compile('([0-9]{1,9})-([0-9]{1,18})', re.ASCII)


class RecordId(NamedTuple):
    """The identity of a record, written ``SOURCE-NUMBER``."""

    source_id: int
    number: int

    def __str__(self) -> str:
        return f'{self.source_id}-{self.number}'


def parse(text: str) -> RecordId:
    """Return the id that a marker is.

    :raises MarkerNotFound: when it is none
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise exception.MarkerNotFound(marker=text)
    return RecordId(*map(int, found.groups()))
