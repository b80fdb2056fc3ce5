# SPDX-License-Identifier: Apache-2.0
"""The clock of the database, for all processes that share it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression


class UTCNow(expression.FunctionElement):
    """The present moment in UTC, without a zone, as an SQL expression."""

    type = sa.DateTime()
    inherit_cache = True


@compiler.compiles(UTCNow)
def _standard(_element: UTCNow, _compiler: Any, **_kwargs: Any) -> str:
    return 'CURRENT_TIMESTAMP'


@compiler.compiles(UTCNow, 'postgresql')
def _postgresql(_element: UTCNow, _compiler: Any, **_kwargs: Any) -> str:
    return "timezone('utc', clock_timestamp())"


@compiler.compiles(UTCNow, 'mysql', 'mariadb')
def _mysql(_element: UTCNow, _compiler: Any, **_kwargs: Any) -> str:
    return 'UTC_TIMESTAMP(6)'


@compiler.compiles(UTCNow, 'sqlite')
def _sqlite(_element: UTCNow, _compiler: Any, **_kwargs: Any) -> str:
    # SQLAlchemy reads six digits of a second; SQLite has three.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
