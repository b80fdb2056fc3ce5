# SPDX-License-Identifier: Apache-2.0
"""The data processing service as a part of an all-in-one program.

Its configuration is an object of its own, read from the same command line,
files and environment as that of the program.
"""

import argparse
from collections.abc import Mapping, Sequence
import pathlib
import secrets

from oslo_config import cfg

from ext_lib import allinone_plugin
from ext_lib import command_line
from ext_lib import config_names
from ext_lib import private_files
from ext_lib import rpc
from ext_lib.allinone_plugin import AllInOnePlugin
from ext_lib.allinone_plugin import Place
from ext_lib.db import reach
from ext_lib.service import Runnable
from ext_lib.wsgi.server import Endpoint
from ext_lib.wsgi.server import HTTPServer
from sahara_ext.cmd import engine
from sahara_ext.conf import infra_compute
from sahara_ext.db.facade import facade
from sahara_ext.db.migrations import schema
from sahara_ext.wsgi import loader

_TYPE = 'data-processing'
_DATABASE = 'sahara_ext.sqlite'
_SSH_FILE = 'ssh-secret'
_SECRET_BYTES = 32
_COMPUTE = infra_compute.GROUP.name
#: Where compute hosts are not real, nothing changes at the pace of machines.
_PAUSE = 0.2

_TO_TRY = """\
  openstack dataprocessing plugin show fake
  curl -H 'X-Auth-Token: admin:demo' -H 'Content-Type: application/json' \
{url}/clusters -d '{{"name": "one", "plugin_name": "fake", \
"hadoop_version": "0.1", "cluster_configs": {{"fake": {{"seconds": 2}}}}, \
"default_image_id": "70a599e0-31e7-49b7-b260-868f441e862b", \
"node_groups": [{{"name": "worker", "count": 3, "flavor_id": "1", \
"node_processes": ["datanode"]}}]}}'
  openstack dataprocessing cluster show one --show-progress
"""


class DataProcessing(AllInOnePlugin):
    """The API and an engine, on a SQLite file beside that of the program."""

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Add ``--data-processing-port``."""
        parser.add_argument(
            '--data-processing-port',
            type=command_line.port,
            default=18386,
            help='0 takes a free one.',
        )

    def __init__(self, place: Place, arguments: argparse.Namespace) -> None:
        self._place = place
        self._conf = cfg.ConfigOpts()
        _set_defaults(self._conf, place)
        self._conf(place.argv, project='sahara-ext')
        config_names.check(self._conf)
        # Not only by default: what is configured of a database is meant
        # for that of the program.
        path = place.state.resolve() / _DATABASE
        private_files.prepare_database(path)
        self._conf.set_override('connection', f'sqlite:///{path}', 'database')
        reach.probe(self._conf)
        application = loader.load(self._conf)
        schema.sync(facade.get_engine(), None)
        server = HTTPServer(
            application, place.host, arguments.data_processing_port
        )
        self._endpoint = Endpoint(server, 'v1.1')

    def endpoints(self) -> Mapping[str, Endpoint]:
        """Return the endpoint of v1.1; v2 is beside it."""
        return {_TYPE: self._endpoint}

    def services(self) -> Sequence[Runnable]:
        """Return the engine, which continues where the last one was killed."""
        transport = rpc.get_transport(self._conf)
        return [
            _ComputeAPI(self._conf, self._place),
            engine.engine_service(self._conf, transport, is_alone=True),
        ]

    def to_try(self) -> str:
        """Return commands that create a cluster and show it."""
        return _TO_TRY.format(url=self._endpoint.url)


def _set_defaults(conf: cfg.ConfigOpts, place: Place) -> None:
    engine.register_opts(conf)
    allinone_plugin.set_defaults(conf)
    conf.set_default('wait_for', 'active', _COMPUTE)
    conf.set_default('poll_interval', _PAUSE, _COMPUTE)
    conf.set_default('secret_file', str(_secret(place.state)), 'ssh')
    if place.login is not None:
        conf.set_default('driver', 'compute', 'infra')
        conf.set_default('wait_for', 'ssh', _COMPUTE)
        conf.set_default('username', place.login, 'ssh')


def _secret(state: pathlib.Path) -> pathlib.Path:
    """Return the file of the secret that keys of clusters are made of."""
    path = state.resolve() / _SSH_FILE
    with open(private_files.open_descriptor(path), 'r+') as file:
        # Its clusters outlive the program.
        if not file.read():
            file.write(f'{secrets.token_hex(_SECRET_BYTES)}\n')
    return path


class _ComputeAPI:
    """The compute API of this process, as the engine is to use it."""

    def __init__(self, conf: cfg.ConfigOpts, place: Place) -> None:
        self._conf = conf
        self._place = place

    def start(self) -> None:
        """Set its URL, now that the port is known."""
        url = self._place.endpoints['compute'].url
        self._conf.set_default('endpoint_override', url, _COMPUTE)

    def stop(self) -> None:
        """Do nothing: it is over."""

    def wait(self) -> None:
        """Do nothing: it is over."""
