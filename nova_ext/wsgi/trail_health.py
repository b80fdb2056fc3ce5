# SPDX-License-Identifier: Apache-2.0
"""Health check of the trail, which warns and never fails."""

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
    points. Its result is always that the process can serve: records of cells
    are answered without a trail, and all processes have the same trail, so
    that taking one out of service would not help.
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
            # Only the log has the text, which may name hosts and accounts.
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
