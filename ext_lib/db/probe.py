# SPDX-License-Identifier: Apache-2.0
"""A connection that shows within seconds whether a database answers."""

import functools

from oslo_config import cfg
from oslo_db import options
from oslo_db.sqlalchemy import engines
import sqlalchemy as sa

from ext_lib.db import connect_limits
from ext_lib.db import connections

#: Seconds a database has for each answer, a connection included.
TIMEOUT = 2
#: Seconds for which a database that did not answer is not asked again.
_INTERVAL = 5


class Probe:
    """A connection to the database that ``group`` of ``conf`` describes.

    It is asked periodically, so that an unreachable database must not block
    its callers. It has a connection of its own, as all those of the service
    may be in use.
    """

    def __init__(self, conf: cfg.ConfigOpts, group: str) -> None:
        conf.register_opts(options.database_opts, group=group)
        self._conf = conf
        self._group = group
        self._limits = connect_limits.ConnectLimits(TIMEOUT, _INTERVAL)

    @functools.cached_property
    def engine(self) -> sa.engine.Engine:
        """The engine, of one connection that is not tried again."""
        settings = dict(self._conf[self._group].items())
        engine = engines.create_engine(
            settings['connection'],
            connection_parameters=connections.connection_parameters(
                settings, self._limits
            ),
            max_retries=0,
            max_pool_size=1,
            connection_recycle_time=settings['connection_recycle_time'],
        )
        self._limits.watch(engine)
        return engine
