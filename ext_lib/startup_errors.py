# SPDX-License-Identifier: Apache-2.0
"""Errors at the start of programs, each explained in one line."""

from collections.abc import Callable, Sequence
import re
from typing import Any

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
import oslo_messaging as messaging
import sqlalchemy as sa
from stevedore import exception as stevedore_exception

from ext_lib import exception

_NO_TABLE = re.compile(
    r"""(?:relation|Table) ["'](\S+)["'] (?:does not|doesn't) exist"""
)


class NotStarted(exception.Error):
    """Something that a program needs is not there, or refuses."""


class Unreachable(NotStarted):
    """A server does not answer; it may do so later."""


class Misconfigured(NotStarted):
    """The configuration cannot be understood."""


class Misused(Misconfigured):
    """The command line cannot be understood."""


def reason(error: Exception, program: str) -> str | None:
    """Return why a program fails as a line, or None for unknown errors.

    :param program: its name
    """
    for kind, describe in _KINDS:
        if isinstance(error, kind):
            return ' '.join(describe(error, program).split())
    return None


def is_of_configuration(error: Exception) -> bool:
    """Return whether what an operator wrote has to change."""
    return isinstance(error, _OF_CONFIGURATION)


def driver_reason(error: BaseException) -> str:
    """Return what the driver of a database says, without what is around it."""
    original = getattr(error, 'inner_exception', None) or error
    original = getattr(original, 'orig', None) or original
    arguments = original.args
    if len(arguments) > 1 and isinstance(arguments[0], int):
        # Of MySQL: a number and a text.
        return str(arguments[1])
    return str(original)


def _text(error: Any, _program: str) -> str:
    return str(error)


def _of_system(error: Any, _program: str) -> str:
    if error.filename:
        return f'{error.filename}: {error.strerror}.'
    return str(error)


def _of_database(error: Any, program: str) -> str:
    said = driver_reason(error)
    table = _NO_TABLE.search(said)
    if table:
        # Of PostgreSQL and MariaDB, as oslo.db does not always find.
        return _without_table(table[1], program)
    return f'The database refuses: {said}'


def _no_connection(_error: Any, _program: str) -> str:
    return 'There is no connection in the section [database].'


def _no_table(error: Any, program: str) -> str:
    return _without_table(error.table, program)


def _without_table(table: str, program: str) -> str:
    manage = f'{program.rpartition("-")[0]}-manage'
    return (
        f'The database has no table {table}. Run "{manage} db sync", '
        'and look whether [database] connection names the right one.'
    )


def _no_plugin(error: Any, _program: str) -> str:
    return f'{error}.'


def _of_log(error: Any, _program: str) -> str:
    return (
        f'[DEFAULT] log_config_append names {error.log_config}, which cannot '
        f'be loaded: {error.err_msg}'
    )


def _no_transport(_error: Any, _program: str) -> str:
    return '[DEFAULT] transport_url is no URL of a message broker.'


def _no_transport_driver(error: Any, _program: str) -> str:
    return (
        f'[DEFAULT] transport_url begins with "{error.driver}", for which no '
        'driver is installed.'
    )


_Kind = type[Exception] | tuple[type[Exception], ...]
#: The first that fits counts.
_KINDS: Sequence[tuple[_Kind, Callable[[Any, str], str]]] = (
    (cfg.Error, _text),
    (log.LogConfigError, _of_log),
    (messaging.InvalidTransportURL, _no_transport),
    (messaging.DriverLoadFailure, _no_transport_driver),
    (db_exception.CantStartEngineError, _no_connection),
    (db_exception.DBNonExistentTable, _no_table),
    ((db_exception.DBError, sa.exc.DBAPIError), _of_database),
    (stevedore_exception.NoMatches, _no_plugin),
    (OSError, _of_system),
    (exception.Error, _text),
)
_OF_CONFIGURATION = (
    Misconfigured,
    cfg.Error,
    log.LogConfigError,
    messaging.InvalidTransportURL,
    messaging.DriverLoadFailure,
    stevedore_exception.NoMatches,
)
