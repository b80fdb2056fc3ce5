# SPDX-License-Identifier: Apache-2.0
"""The log of a service: its start, its operations with their time, its end."""

from collections.abc import Iterator
import contextlib
import dataclasses
import logging
import time
from typing import Any

import oslo_messaging as messaging
import sqlalchemy as sa

from ext_lib import command_line

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class ServiceLog:
    """Logs when one service of a process starts and stops.

    :param program: name of the program, such as ``nova-ext-compute``
    :param host: name of the service
    :param broker: from :func:`describe_broker`
    :param database: from :func:`describe_database`, or what is there instead
    """

    program: str
    host: str
    broker: str
    database: str

    def starting(self) -> None:
        """Log what starts, and with what."""
        LOG.info(
            'Starting %s %s on host %s, broker %s, database %s',
            self.program,
            command_line.release(),
            self.host,
            self.broker,
            self.database,
        )

    def started(self) -> None:
        """Log that requests are served from now on."""
        LOG.info('Started %s on host %s', self.program, self.host)

    def stopping(self) -> None:
        """Log that no more requests are taken."""
        LOG.info('Stopping %s on host %s', self.program, self.host)

    def stopped(self) -> None:
        """Log that nothing is under way any more."""
        LOG.info('Stopped %s on host %s', self.program, self.host)


def describe_broker(transport: messaging.Transport) -> str:
    """Return the URL of a broker without passwords and parameters."""
    url = messaging.TransportURL.parse(transport.conf)
    hosts = ','.join(_describe_host(host) for host in url.hosts)
    return f'{url.transport}://{hosts}/{url.virtual_host or ""}'


def _describe_host(host: messaging.TransportHost) -> str:
    user = f'{host.username}@' if host.username else ''
    port = f':{host.port}' if host.port else ''
    name = f'[{host.hostname}]' if ':' in host.hostname else host.hostname
    return f'{user}{name}{port}'


def describe_database(url: str | None) -> str:
    """Return the URL of a database without password and parameters.

    :param url: as SQLAlchemy takes it; None when none is configured
    """
    if url is None:
        return 'none'
    whole = sa.engine.make_url(url)
    return sa.engine.URL.create(
        whole.drivername,
        username=whole.username,
        host=whole.host,
        port=whole.port,
        database=whole.database,
    ).render_as_string()


class Outcome:
    """The text logged for an operation that ends without an error."""

    text = 'done'


@contextlib.contextmanager
def operation(
    log: 'logging.Logger | logging.LoggerAdapter[Any]', what: str
) -> Iterator[Outcome]:
    """Log that an operation begins, and how it ends after how many seconds.

    Errors pass; one that is no Exception interrupts the operation.

    :param log: the logger of the caller
    :param what: the operation, with the ids of what it is about
    :returns: the outcome, whose ``text`` the caller may change
    """
    begun = time.monotonic()
    outcome = Outcome()
    log.info('%s: begun', what)
    try:
        yield outcome
    except Exception as error:
        log.warning('%s: failed after %s: %s', what, _since(begun), error)
        raise
    except BaseException as error:
        log.info('%s: interrupted after %s: %s', what, _since(begun), error)
        raise
    log.info('%s: %s after %s', what, outcome.text, _since(begun))


def _since(begun: float) -> str:
    return f'{time.monotonic() - begun:.3f} s'
