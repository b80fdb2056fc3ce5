# SPDX-License-Identifier: Apache-2.0
"""Many requests at once on one database, from threads."""

from concurrent import futures
import threading
from typing import Any

from oslo_config import cfg

from ext_lib import context
from ext_lib import rpc
from sahara_ext import objects
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.engine.api import EngineAPI
from sahara_ext.tests import base

THREADS = 6
#: How often each does what it does.
ROUNDS = 5


def caller() -> context.RequestContext:
    """Return the context of a request."""
    return context.RequestContext(user_id=base.USER, project_id=base.PROJECT)


def engine_api(conf: cfg.ConfigOpts) -> EngineAPI:
    """Return the API with a transport that leads nowhere."""
    # Its options are known once a transport has been made.
    rpc.get_transport(conf).cleanup()
    conf.set_override('transport_url', 'fake://')
    return EngineAPI(conf)


class AtOnceTestCase(base.TestCase):
    """A test on a database; a subclass sets ``url``."""

    url: str

    def setUp(self) -> None:
        super().setUp()
        objects.register_all()
        self.conf.set_override('connection', self.url, 'database')
        facade.configure(self.conf)
        self.addCleanup(facade.reset)
        schema.sync(facade.get_engine())
        self.api = engine_api(self.conf)

    def at_once(self, work: Any, threads: int = THREADS) -> list[Any]:
        """Return what ``work`` returned or raised, in each thread."""
        barrier = threading.Barrier(threads)

        def run(number: int) -> Any:
            barrier.wait()
            try:
                return work(number)
            except Exception as error:
                return error

        with futures.ThreadPoolExecutor(threads) as pool:
            return list(pool.map(run, range(threads)))
