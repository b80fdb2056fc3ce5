# SPDX-License-Identifier: Apache-2.0
"""The processes that work on clusters, and their signs of life."""

import datetime

from oslo_utils import uuidutils
from oslo_versionedobjects import fields

from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from sahara_ext.db.api import engine as engine_db
from sahara_ext.objects import base


@base.VersionedObjectRegistry.register
class Engine(base.SaharaExtObject):
    """One run of one process; what is not stored is dead."""

    # 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'id': fields.UUIDField(),
        'host': fields.StringField(nullable=True),
        #: By the clock of the database, both.
        'started_at': DateTimeField(nullable=True),
        'last_seen_at': DateTimeField(nullable=True),
    }

    def register(self) -> None:
        """Make the engine known, with an id of its own."""
        if 'id' not in self:
            self.id = uuidutils.generate_uuid()
        self.heartbeat()

    def heartbeat(self) -> None:
        """Give a sign of life, even if others took the engine for dead."""
        self.load_row(
            engine_db.engine_register(self.obj_context, self.id, self.host)
        )

    def destroy(self) -> None:
        """Remove the engine, so that its clusters are free for others."""
        engine_db.engine_destroy(self.obj_context, self.id)

    def destroy_others(self) -> None:
        """Remove all other engines, which are dead."""
        engine_db.engines_destroy_others(self.obj_context, self.id)

    @classmethod
    def get_all(
        cls, context: RequestContext, seconds: float
    ) -> list[tuple['Engine', bool]]:
        """Return the engines by host, each with whether it is alive.

        :param seconds: without a sign of life, after which one is dead
        """
        longest = datetime.timedelta(seconds=seconds)
        return [
            (cls.from_row(context, row), now - row.last_seen_at <= longest)
            for row, now in engine_db.engines_get_all(context)
        ]

    @classmethod
    def get_deadline(
        cls, context: RequestContext, seconds: float
    ) -> datetime.datetime:
        """Return the time, ``seconds`` ago, by the clock of signs of life."""
        return engine_db.engine_clock(context) - datetime.timedelta(
            seconds=seconds
        )

    @classmethod
    def destroy_dead(
        cls, context: RequestContext, before: datetime.datetime
    ) -> int:
        """Remove engines that were not seen since ``before``.

        :returns: how many there were
        """
        return engine_db.engines_destroy_dead(context, before)
