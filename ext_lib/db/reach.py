# SPDX-License-Identifier: Apache-2.0
"""The database of a program at its start: its driver, and whether it answers.

oslo.db waits without a word, writes tracebacks of what it does not know to
the log, and takes an unreachable PostgreSQL for one that refuses.
"""

from collections.abc import Mapping
import re
from typing import Any

from oslo_config import cfg
from oslo_db import options
import sqlalchemy as sa

from ext_lib import startup_errors
from ext_lib.startup import Program

#: What brings a driver: extras of the distribution of this package.
_EXTRAS = {'pymysql': 'mysql', 'psycopg2': 'postgresql'}
_DISTRIBUTION = 'nova-ext'
#: Of MariaDB's client library: no connection, or one that broke.
_MYSQL_OUTAGES = (2002, 2003, 2005, 2006, 2013, 1040, 1053)
#: Of a PostgreSQL that answers, and will answer otherwise in a while.
_POSTGRESQL_BUSY = re.compile(
    'the database system is (starting up|shutting down|in recovery mode)'
    '|too many (clients|connections)'
)


def check(conf: cfg.ConfigOpts, group: str = 'database') -> None:
    """Check the URL in ``group`` and its driver, without a connection.

    :raises Misconfigured: when there is no such driver, or it is no URL
    """
    _engine(_settings(conf, group), group).dispose()


def probe(conf: cfg.ConfigOpts, group: str = 'database') -> None:
    """Connect once to the database in ``group``.

    :raises Misconfigured: as :func:`check` does
    :raises NotStarted: when it refuses
    :raises Unreachable: when it does not answer
    """
    engine = _engine(_settings(conf, group), group)
    where = _where(engine.url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == 'sqlite':
                # The file is not read before the first query.
                connection.execute(sa.text('PRAGMA schema_version'))
    except sa.exc.DBAPIError as error:
        raise _explained(error, where) from error
    except TypeError as error:
        # Of drivers, about parameters of the URL.
        raise startup_errors.Misconfigured(
            f'The driver refuses parameters of [{group}] connection: {error}.'
        ) from error
    finally:
        engine.dispose()


def wait(
    program: Program, conf: cfg.ConfigOpts, group: str = 'database'
) -> None:
    """Return when the database in ``group`` answers.

    ``max_retries`` and ``retry_interval`` limit the wait.

    :raises Misconfigured: as :func:`check` does
    :raises NotStarted: when it refuses
    :raises Unreachable: when it does not answer
    """
    settings = _settings(conf, group)
    pause = settings['retry_interval']
    retries = settings['max_retries']
    program.wait(
        lambda: probe(conf, group),
        'the database',
        -1 if retries < 0 else retries * pause,
        pause,
    )


def _settings(conf: cfg.ConfigOpts, group: str) -> Mapping[str, Any]:
    conf.register_opts(options.database_opts, group=group)
    return dict(conf[group].items())


def _engine(settings: Mapping[str, Any], group: str) -> sa.engine.Engine:
    """Return a plain engine: nothing is logged, nothing tried again."""
    if not settings['connection']:
        raise startup_errors.NotStarted(
            f'There is no connection in the section [{group}].'
        )
    try:
        url = sa.engine.make_url(settings['connection'])
        if settings['connection_parameters']:
            url = url.update_query_string(
                settings['connection_parameters'], append=True
            )
    except (sa.exc.ArgumentError, ValueError) as error:
        # It may hold a password, and so may what is said of it.
        raise startup_errors.Misconfigured(
            f'[{group}] connection is no URL of a database, such as '
            'mysql+pymysql://user:password@host/name.'
        ) from error
    try:
        return sa.create_engine(url, poolclass=sa.pool.NullPool)
    except sa.exc.NoSuchModuleError as error:
        raise startup_errors.Misconfigured(
            f'[{group}] connection begins with {url.drivername}://, which is '
            'no database and driver that SQLAlchemy knows.'
        ) from error
    except ImportError as error:
        raise startup_errors.Misconfigured(
            _missing_driver(url, error, group)
        ) from error


def _missing_driver(url: sa.engine.URL, error: ImportError, group: str) -> str:
    driver = url.get_driver_name()
    extra = _EXTRAS.get(driver)
    if extra is not None:
        advice = f'pip install "{_DISTRIBUTION}[{extra}]"'
    elif url.get_backend_name() == 'mysql' and error.name == 'MySQLdb':
        advice = (
            'Write mysql+pymysql:// with '
            f'pip install "{_DISTRIBUTION}[mysql]", or install mysqlclient'
        )
    else:
        advice = f'Install the package that has the module {error.name}'
    return (
        f'The driver {driver} for [{group}] connection is not installed. '
        f'{advice}.'
    )


def _where(url: sa.engine.URL) -> str:
    """Return the URL without password and parameters."""
    shown = sa.engine.URL.create(
        url.drivername, url.username, None, url.host, url.port, url.database
    )
    return str(shown)


def _explained(
    error: sa.exc.DBAPIError, where: str
) -> startup_errors.NotStarted:
    said = startup_errors.driver_reason(error).rstrip()
    if _is_outage(error):
        return startup_errors.Unreachable(
            f'The database {where} does not answer: {said}'
        )
    return startup_errors.NotStarted(f'The database {where} refuses: {said}')


def _is_outage(error: sa.exc.DBAPIError) -> bool:
    original = error.orig
    if original is None or not isinstance(error, sa.exc.OperationalError):
        return False
    number = original.args[0] if original.args else None
    if isinstance(number, int):
        return number in _MYSQL_OUTAGES
    if type(original).__module__.startswith('psycopg'):
        said = str(original)
        return 'FATAL' not in said or bool(_POSTGRESQL_BUSY.search(said))
    return False
