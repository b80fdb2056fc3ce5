# SPDX-License-Identifier: Apache-2.0
"""nova-ext-allinone: everything in one process, to try and to test with."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
import contextlib
import fcntl
import ipaddress
import os
import pathlib
import socket
import sys
from typing import Any

from oslo_config import cfg
from oslo_middleware import CORS

from ext_lib import allinone_plugin
from ext_lib import command_line
from ext_lib import private_files
from ext_lib import service
from ext_lib.allinone_plugin import AllInOnePlugins
from ext_lib.allinone_plugin import Place
from ext_lib.db import reach
from ext_lib.startup import Program
from ext_lib.startup_errors import NotStarted
from ext_lib.wsgi.identity import NoAuthIdentity
from ext_lib.wsgi.server import Endpoint
from ext_lib.wsgi.server import HTTPServer
from ext_lib.wsgi.urlmap import URLMap
from nova_ext.cmd import allinone_trail
from nova_ext.cmd import clouds
from nova_ext.cmd import process
from nova_ext.conductor.manager import ConductorManager
from nova_ext.db import migration
from nova_ext.db.facade import facade
from nova_ext.virt import loader as virt
from nova_ext.virt.driver import ComputeDriver
from nova_ext.wsgi import loader

HOSTS = ('host1', 'host2')
#: Entry points of the further services.
PLUGINS = 'nova_ext.allinone'
#: The service that is no compute host, as events show it.
CONTROLLER = 'controller'
#: What others may not do to files.
_UMASK = 0o077
_LOCK = 'lock'
_LOG = 'nova-ext.log'
_DATABASE = 'nova_ext.sqlite'
_TOKEN = clouds.USERS['admin']

_TO_TRY = """\
Try these, for instance:

  curl -H 'X-Auth-Token: {token}' {compute}/flavors

  export OS_CLIENT_CONFIG_FILE={clouds} OS_CLOUD=admin
  openstack server create one --flavor m1.tiny --nic none --wait \
--image 70a599e0-31e7-49b7-b260-868f441e862b
  openstack --os-compute-api-version 2.62 server event list one
"""
_COMPUTE = 'compute'
_IDENTITY = '/identity/v3'


PROGRAM = Program(
    'nova-ext-allinone',
    'Serve the compute API from one process, with a conductor and two compute '
    'hosts, and every other service that is installed.',
)


class Refused(NotStarted):
    """The program refuses to start like this."""


def main(
    argv: Sequence[str] | None = None, conf: cfg.ConfigOpts = cfg.CONF
) -> int:
    """Run until SIGTERM or SIGINT; return the exit status."""
    return PROGRAM.run(lambda: _run(argv, conf))


def _run(argv: Sequence[str] | None, conf: cfg.ConfigOpts) -> int:
    plugins = AllInOnePlugins.of_group(PLUGINS)
    arguments, rest = _parser(plugins).parse_known_args(argv)
    state = pathlib.Path(arguments.state_dir)
    # Of what libraries make later, a new log after a rotation for instance.
    umask = os.umask(_UMASK)
    try:
        private_files.make_directory(state, _LOCK)
        with _alone_in(state):
            _prepare_files(state)
            _set_defaults(conf, state)
            allinone_trail.set_default(conf, state, arguments)
            process.configure(conf, rest, PROGRAM)
            _check_address(conf, arguments)
            reach.wait(PROGRAM, conf)
            _All(conf, arguments, rest, plugins).run()
    finally:
        os.umask(umask)
    return 0


def _parser(plugins: AllInOnePlugins) -> argparse.ArgumentParser:
    parser = command_line.Parser(PROGRAM)
    add = parser.add_argument
    add('--host', default='127.0.0.1', help='Address to listen on.')
    port = command_line.port
    add('--compute-port', type=port, default=18774, help='0 takes any.')
    add('--state-dir', default='.state', help='Where all data is kept.')
    add(
        '--force-noauth',
        action='store_true',
        help='Listen where other machines can reach it, although their users '
        'may then do anything.',
    )
    add('--driver', choices=virt.NAMES, help='As [compute] driver.')
    allinone_trail.add_argument(parser)
    plugins.add_arguments(parser)
    return parser


@contextlib.contextmanager
def _alone_in(state: pathlib.Path) -> Iterator[None]:
    """Lock the directory: two processes would recover each other's work."""
    with open(private_files.open_descriptor(state / _LOCK), 'r+') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(f'{state} is in use by another process') from error
        yield


def _prepare_files(state: pathlib.Path) -> None:
    """Refuse links in the places of files, before anything is started."""
    private_files.prepare(state / _LOG)
    private_files.prepare_database(state / _DATABASE)
    if os.path.lexists(state / clouds.FILE):
        private_files.prepare(state / clouds.FILE)


def _set_defaults(conf: cfg.ConfigOpts, state: pathlib.Path) -> None:
    """Set defaults that make it one process."""
    process.register_opts(conf)
    allinone_plugin.set_defaults(conf)
    database = f'sqlite:///{(state / _DATABASE).resolve()}'
    conf.set_default('connection', database, 'database')
    conf.set_default('host', CONTROLLER)
    servers = state.resolve() / 'namespace'
    conf.set_default('state_path', str(servers), 'namespace')
    conf.set_default('log_file', str((state / _LOG).resolve()))


def _check_address(
    conf: cfg.ConfigOpts, arguments: argparse.Namespace
) -> None:
    if conf.api.auth_strategy != 'noauth' or arguments.force_noauth:
        return
    if not _is_loopback(arguments.host):
        name = arguments.host or 'Every address'
        raise Refused(
            f'{name} can be reached from other machines, whose '
            'users may do anything without keystone. Insist with '
            '--force-noauth.'
        )


def _is_loopback(host: str) -> bool:
    if not host:
        return False
    try:
        found = socket.getaddrinfo(host, None)
    except socket.gaierror as error:
        raise Refused(f'{host}: {error.strerror}.') from error
    addresses = {str(address[0]) for *_, address in found}
    return all(
        ipaddress.ip_address(address.partition('%')[0]).is_loopback
        for address in addresses
    )


class _All:
    """Everything that runs, this service first.

    :param rest: of the command line
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        arguments: argparse.Namespace,
        rest: Sequence[str],
        plugins: AllInOnePlugins,
    ) -> None:
        self._conf = conf
        self._arguments = arguments
        self._state = pathlib.Path(arguments.state_dir)
        self._endpoints: dict[str, Endpoint] = {}
        login = virt.login(conf, arguments.driver)
        self._place = Place(
            arguments.host, self._state, rest, self._endpoints, login
        )
        self._plugins = plugins

    def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        # First of all: loading opens the database, and there should be one.
        application = loader.load(self._conf)
        migration.schema.sync(facade.get_engine(), None)
        collector = allinone_trail.services(PROGRAM, self._conf)
        self._endpoints[_COMPUTE] = self._endpoint(application)
        self._plugins.configure(self._place, self._arguments, self._endpoints)
        name = self._arguments.driver
        drivers = {host: virt.load(self._conf, host, name) for host in HOSTS}
        service.run(
            self._conf,
            [
                *_services(self._conf, drivers),
                *(endpoint.server for endpoint in self._endpoints.values()),
                *self._plugins.services(),
                *collector,
                process.Grace(self._conf, list(drivers.values())),
            ],
            self._announce,
        )

    @property
    def _is_noauth(self) -> bool:
        return bool(self._conf.api.auth_strategy == 'noauth')

    def _endpoint(self, application: Any) -> Endpoint:
        if self._is_noauth:
            application = self._with_identity(application)
        server = HTTPServer(
            application, self._arguments.host, self._arguments.compute_port
        )
        return Endpoint(server, 'v2.1')

    def _with_identity(self, application: Any) -> Any:
        """Serve the API and the part of the identity API that clients need."""
        identity = CORS(NoAuthIdentity(self._urls), self._conf)
        return URLMap(
            {_IDENTITY: identity, f'{_IDENTITY}/+': identity, '/': application}
        )

    def _urls(self) -> dict[str, str]:
        return {name: found.url for name, found in self._endpoints.items()}

    def _announce(self) -> None:
        for name, url in self._urls().items():
            print(f'{name}: {url}')
        if self._is_noauth:
            # With keystone it is none.
            print(f'token: {_TOKEN}')
            self._print_commands()
        print('ready', flush=True)

    def _print_commands(self) -> None:
        urls = self._urls()
        server = self._endpoints[_COMPUTE].server
        path = clouds.write(self._state, urls, f'{server.url}{_IDENTITY}')
        print(f'clouds: {path}')
        print()
        compute = urls[_COMPUTE]
        print(_TO_TRY.format(token=_TOKEN, clouds=path, compute=compute))
        for commands in self._plugins.to_try():
            print(commands)


def _services(
    conf: cfg.ConfigOpts, drivers: Mapping[str, ComputeDriver]
) -> list[service.Runnable]:
    transport = process.get_transport(conf)
    conductor = ConductorManager(conf, transport)
    return [
        process.conductor_service(conf, transport, conductor),
        *(
            process.compute_service(conf, transport, driver, host)
            for host, driver in drivers.items()
        ),
        process.Redelivery(conductor),
    ]


if __name__ == '__main__':
    sys.exit(main())
