# SPDX-License-Identifier: Apache-2.0
"""The message broker at the start of a service."""

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib import context
from ext_lib import rpc
from ext_lib import startup_errors
from ext_lib.db import reach
from ext_lib.startup import Program

#: A topic on which no process listens; brokers drop what is sent there.
_TOPIC = 'ext_start'


def wait(
    program: Program, conf: cfg.ConfigOpts, transport: messaging.Transport
) -> None:
    """Return when the broker takes messages.

    :raises NotStarted: when it refuses the service
    :raises Unreachable: when it does not answer for ``start_timeout`` seconds
    """
    where = _where(conf)
    client = rpc.get_client(
        transport,
        messaging.Target(topic=_TOPIC),
        messaging.NoOpSerializer(),
    ).prepare(retry=0)

    def attempt() -> None:
        try:
            client.cast(context.get_admin_context(), 'ping')
        except Exception as error:
            # Each driver has errors of its own for this.
            raise _explained(error, where) from error

    program.wait(attempt, 'the message broker', conf.start_timeout)


def wait_after_database(
    program: Program, conf: cfg.ConfigOpts, transport: messaging.Transport
) -> None:
    """Return when the database answers and the broker takes messages.

    Errors are those of :func:`ext_lib.db.reach.wait` and :func:`wait`.
    """
    reach.wait(program, conf)
    wait(program, conf, transport)


def _where(conf: cfg.ConfigOpts) -> str:
    """Return hosts and virtual host, without users and passwords."""
    url = messaging.TransportURL.parse(conf)
    hosts = ', '.join(
        host.hostname if host.port is None else f'{host.hostname}:{host.port}'
        for host in url.hosts
    )
    path = f'/{url.virtual_host}' if url.virtual_host else ''
    return f'{url.transport}://{hosts}{path}'


def _explained(error: Exception, where: str) -> startup_errors.NotStarted:
    if _is_outage(error):
        return startup_errors.Unreachable(
            f'The message broker at {where} does not answer: {error}.'
        )
    return startup_errors.NotStarted(
        f'The message broker at {where} refuses: {error}'
    )


def _is_outage(error: BaseException) -> bool:
    outages = (OSError, messaging.MessagingException)
    return isinstance(error, outages) or isinstance(error.__cause__, OSError)
