# SPDX-License-Identifier: Apache-2.0
"""The address of a server on its network, as SQL.

System metadata keep it in JSON, a list of lists of network, address and
hardware address. Servers have one address at most.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression

#: Of system metadata.
KEY = 'network_info'


class Address(expression.FunctionElement):
    """The text of the address that system metadata have, or NULL.

    It takes their key and their value. Values of other keys, which may be no
    JSON, are not looked at.
    """

    name = 'address'
    type = sa.String()
    inherit_cache = True


def _case(element: Address, compile_: Any, extract: str, kwargs: Any) -> str:
    key, value = (compile_.process(c, **kwargs) for c in element.clauses)
    return f"CASE WHEN {key} = '{KEY}' THEN {extract.format(value)} END"


@compiler.compiles(Address)
def _standard(element: Address, compile_: Any, **kwargs: Any) -> str:
    return _case(element, compile_, "json_extract({}, '$[0][1]')", kwargs)


@compiler.compiles(Address, 'mysql', 'mariadb')
def _mysql(element: Address, compile_: Any, **kwargs: Any) -> str:
    extract = "json_unquote(json_extract({}, '$[0][1]'))"
    return _case(element, compile_, extract, kwargs)


@compiler.compiles(Address, 'postgresql')
def _postgresql(element: Address, compile_: Any, **kwargs: Any) -> str:
    extract = 'CAST({} AS json) -> 0 ->> 1'
    return _case(element, compile_, extract, kwargs)
