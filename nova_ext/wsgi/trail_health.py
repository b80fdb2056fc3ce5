# SPDX-License-Identifier: Apache-2.0
"""Health check of the trail: a warning, and never a failure."""

from typing import Any

from oslo_config import cfg
from oslo_log import log as logging
from oslo_middleware.healthcheck import pluginbase

from ext_lib.db import probe
from nova_ext.db.trail import facade as trail
from nova_ext.db.trail import lag

LOG = logging.getLogger(__name__)

#: Name of the entry point of :class:`Trail`.
BACKEND = 'nova_ext_trail'


class Trail(pluginbase.HealthcheckBaseExtension):
    """Health check of the trail that an API answers from.

    oslo.middleware finds it among its ``oslo.middleware.healthcheck`` entry
    points. What cells have is answered without a trail, and a process is no
    better off for being taken out of service, as all have the same trail. So
    its result is that the process can serve, whatever the trail is like.
    """

    def __init__(
        self, oslo_conf: cfg.ConfigOpts, conf: dict[str, Any]
    ) -> None:
        super().__init__(oslo_conf, conf)
        self._probe = probe.Probe(oslo_conf, trail.GROUP)

    def healthcheck(self, server_port: int) -> pluginbase.HealthcheckResult:
        """Return the lag of each cell, and whether one is too long."""
        try:
            with self._probe.engine.connect() as connection:
                lags = lag.measure(connection, self.oslo_conf)
        except Exception as error:
            # Whatever it is, it is the answer; its text may hold names.
            LOG.warning('The trail cannot be read: %s', error)
            return _result('TRAIL UNAVAILABLE', 'No answer, see the log')
        reason = 'OK'
        if lag.excessive(lags, self.oslo_conf):
            reason = 'TRAIL LAGS'
        return _result(reason, f'Lag of the trail: {lag.describe(lags)}')


def _result(reason: str, details: str) -> pluginbase.HealthcheckResult:
    return pluginbase.HealthcheckResult(
        available=True, reason=reason, details=details
    )
