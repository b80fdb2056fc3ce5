# SPDX-License-Identifier: Apache-2.0
"""Plans of a database for the queries of a test."""

from typing import Any

import fixtures
from sqlalchemy import event

from ext_lib.db.facade import Facade


class Plans(fixtures.Fixture):
    """Remembers what is asked, to be asked again how it is answered."""

    def __init__(self, facade: Facade) -> None:
        super().__init__()
        self._facade = facade
        self._asked: list[tuple[str, Any]] = []

    def _setUp(self) -> None:
        for engine in self._facade.get_engines():
            event.listen(engine, 'before_cursor_execute', self._listen)
            self.addCleanup(
                event.remove, engine, 'before_cursor_execute', self._listen
            )

    def _listen(
        self,
        _connection: Any,
        _cursor: Any,
        text: str,
        parameters: Any,
        *_: Any,
    ) -> None:
        if text.startswith('SELECT') and ' FROM ' in text.replace('\n', ' '):
            self._asked.append((text, parameters))

    def explain(self, question: int = -1) -> list[str]:
        """Return SQLite's plan for a question, one line a table.

        :param question: its index in the order they were asked in
        """
        rows = self._again('EXPLAIN QUERY PLAN', question)
        return [row.detail for row in rows]

    def find(self, words: str) -> int:
        """Return the index of the last question that has these words."""
        found = [words in ' '.join(text.split()) for text, _ in self._asked]
        return max(index for index, is_it in enumerate(found) if is_it)

    def rows_read(self, question: int = -1) -> int:
        """Return how many rows a question makes a server look at."""
        dialect = self._facade.get_engine().dialect.name
        count = {'mysql': self._mysql, 'postgresql': self._postgresql}
        return count[dialect](question)

    def _again(self, prefix: str, question: int) -> list[Any]:
        text, parameters = self._asked[question]
        with self._facade.get_engine().connect() as connection:
            result = connection.exec_driver_sql(f'{prefix} {text}', parameters)
            return result.fetchall()

    def _mysql(self, question: int) -> int:
        text, parameters = self._asked[question]
        with self._facade.get_engine().connect() as connection:
            before = _handler_reads(connection)
            connection.exec_driver_sql(text, parameters).fetchall()
            return _handler_reads(connection) - before

    def _postgresql(self, question: int) -> int:
        [[[plan]]] = self._again('EXPLAIN (ANALYZE, FORMAT JSON)', question)
        return _scanned(plan['Plan'])


def _handler_reads(connection: Any) -> int:
    rows = connection.exec_driver_sql(
        "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%%' "
        "AND Variable_name NOT LIKE '%%rnd%%'"
    )
    return sum(int(value) for _, value in rows)


def _scanned(node: dict[str, Any]) -> int:
    read = 0
    if 'Relation Name' in node:
        removed = node.get('Rows Removed by Filter', 0)
        read = (node['Actual Rows'] + removed) * node['Actual Loops']
    return int(read) + sum(_scanned(child) for child in node.get('Plans', ()))
