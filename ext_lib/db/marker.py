# SPDX-License-Identifier: Apache-2.0
"""The place in a list where a page begins, found by the page's own query."""

from typing import Any

import sqlalchemy as sa

from ext_lib import exception
from ext_lib.db import query


class Marker:
    """The last row of the page before, for each column SQL to find it.

    So one statement is enough for a page. That there is no such row shows
    when the page is empty, and only then.

    :param other: an alias of the model
    :param conditions: what else the row must be
    :param key: the column that holds ``uuid``
    """

    def __init__(
        self, other: Any, uuid: str, *conditions: Any, key: str = 'uuid'
    ) -> None:
        self._other = other
        self._uuid = uuid
        column = getattr(other, key)
        self._conditions = (query.equals(column, uuid), *conditions)

    def __getattr__(self, column: str) -> Any:
        statement = sa.select(getattr(self._other, column))
        return statement.where(*self._conditions).scalar_subquery()

    def check(self, context: Any) -> None:
        """Make sure that there is such a row.

        :param context: whose session is asked
        :raises MarkerNotFound: when there is none
        """
        statement = sa.select(self._other.id).where(*self._conditions)
        if context.session.scalars(statement).first() is None:
            raise exception.MarkerNotFound(marker=self._uuid)
