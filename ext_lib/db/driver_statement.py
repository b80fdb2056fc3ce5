# SPDX-License-Identifier: Apache-2.0
"""Statements as the driver of a database takes them.

For each execution SQLAlchemy makes a transaction, a context, a compilation
out of its cache and a result, which takes as long as the driver takes for the
rest of it. Here all that does not depend on values is found out once.
"""

import collections
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

#: Makes a value for the driver of one for a column, or the other way round.
_Converter = Callable[[Any], Any]


class DriverStatement:
    """A SELECT for one driver.

    :param text: with the placeholders of the driver
    :param names: of its parameters in order, None where they have names there
    :param constants: values of those that callers do not give
    :param converters: of parameters, by name
    :param columns: their names, and what converts their values
    """

    def __init__(
        self,
        text: str,
        names: Sequence[str] | None,
        constants: Mapping[str, Any],
        converters: Mapping[str, _Converter],
        columns: Sequence[tuple[str, _Converter | None]],
    ) -> None:
        self._text = text
        self._names = names
        self._constants = constants
        self._converters = converters
        self._results = [
            (place, converter)
            for place, (_, converter) in enumerate(columns)
            if converter is not None
        ]
        row = collections.namedtuple(  # type: ignore[misc]
            'Row', [name for name, _ in columns], rename=True
        )
        self._make: Callable[[Sequence[Any]], Any] = row._make

    def fetch(self, connection: Any, values: Mapping[str, Any]) -> list[Any]:
        """Execute it; return the rows, each a named tuple.

        What goes wrong there raises errors of the driver.

        :param connection: of the driver
        :raises KeyError: when there is no value for a parameter
        """
        parameters = self._parameters(values)
        cursor = connection.cursor()
        try:
            cursor.execute(self._text, parameters)
            rows = cursor.fetchall()
        finally:
            cursor.close()
        if self._results:
            rows = map(self._converted, rows)
        return list(map(self._make, rows))

    def _parameters(self, values: Mapping[str, Any]) -> Any:
        given = {**self._constants, **values}
        for name, convert in self._converters.items():
            given[name] = convert(given[name])
        if self._names is None:
            return given
        return [given[name] for name in self._names]

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, convert in self._results:
            values[place] = convert(values[place])
        return values


def translate(
    statement: Any, dialect: sa.engine.Dialect
) -> DriverStatement | None:
    """Return a SELECT as the driver of a dialect takes it.

    :returns: None where its text depends on values, as with a list of any
        length
    """
    compiled = statement.compile(dialect=dialect)
    if compiled.post_compile_params or compiled.escaped_bind_names:
        return None
    parameters = compiled.bind_names.items()
    converters = {
        name: parameter.type.dialect_impl(dialect).bind_processor(dialect)
        for parameter, name in parameters
    }
    return DriverStatement(
        str(compiled),
        compiled.positiontup if compiled.positional else None,
        {
            name: parameter.effective_value
            for parameter, name in parameters
            if not parameter.required
        },
        {name: found for name, found in converters.items() if found},
        [
            (column.key, _converter(column, dialect))
            for column in statement.selected_columns
        ],
    )


def _converter(column: Any, dialect: sa.engine.Dialect) -> Any:
    # No type that is used here asks what the driver calls it.
    return column.type.dialect_impl(dialect).result_processor(dialect, None)
