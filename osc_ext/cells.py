# SPDX-License-Identifier: Apache-2.0
"""Cells of tables."""

import argparse
from collections.abc import Iterable
from typing import Any

from osc_lib.cli import format_columns

_TABLE = 'table'


def row(
    values: Iterable[Any], parsed_args: argparse.Namespace
) -> tuple[Any, ...]:
    """Return a row; a table shows nothing for a value that is missing."""
    missing = '' if parsed_args.formatter == _TABLE else None
    return tuple(_cell(missing if v is None else v) for v in values)


def of(
    found: Any, attributes: Iterable[str], parsed_args: argparse.Namespace
) -> tuple[Any, ...]:
    """Return a row of attributes of an object."""
    return row((getattr(found, name) for name in attributes), parsed_args)


def _cell(value: Any) -> Any:
    return (
        format_columns.ListColumn(value) if isinstance(value, list) else value
    )
