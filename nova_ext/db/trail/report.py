# SPDX-License-Identifier: Apache-2.0
"""Section of the trail in reports on SIGUSR2."""

from collections.abc import Mapping
from concurrent import futures

from oslo_config import cfg

from ext_lib import configuration
from ext_lib.db import probe
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import lag

_TITLE = 'Trail'
#: Seconds for the answer, and for the connection before it.
_TIMEOUT = 2 * probe.TIMEOUT


def configure(conf: cfg.ConfigOpts) -> None:
    """Have the reports of this process show the lag of each cell."""
    source = probe.Probe(conf, trail.GROUP)

    def read() -> Mapping[str, str]:
        with source.engine.connect() as connection:
            lags = lag.measure(connection, conf)
        late = [found.title for found in lag.excessive(lags, conf)]
        return {
            'lag': lag.describe(lags),
            'lag_warning': f'{conf.trail.lag_warning} s',
            'above it': ', '.join(late) or 'none',
        }

    def try_to_read() -> Mapping[str, str]:
        # In a thread: the interrupted one may hold locks of the database.
        pool = futures.ThreadPoolExecutor(1, thread_name_prefix='report')
        try:
            return pool.submit(read).result(_TIMEOUT)
        except futures.TimeoutError:
            return {'lag': f'no answer within {_TIMEOUT} s'}
        except Exception as error:
            # A report is asked for when something is wrong.
            return {'lag': f'cannot be read: {error}'}
        finally:
            pool.shutdown(wait=False)

    configuration.add_to_reports(_TITLE, try_to_read)
