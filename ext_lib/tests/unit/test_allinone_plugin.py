# SPDX-License-Identifier: Apache-2.0
"""The all-in-one takes in every other service that is installed."""

import argparse
from collections.abc import Mapping, Sequence
from importlib import metadata
import pathlib

from oslotest import base

from ext_lib.allinone_plugin import AllInOnePlugin
from ext_lib.allinone_plugin import AllInOnePlugins
from ext_lib.allinone_plugin import Place
from ext_lib.service import Runnable
from ext_lib.wsgi.server import Endpoint
from ext_lib.wsgi.server import HTTPServer

_HERE = __name__


class Part:
    """Something that a plugin starts."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def wait(self) -> None:
        """Do nothing."""


PART = Part()


class First(AllInOnePlugin):
    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument('--first-port', type=int)

    def __init__(self, place: Place, arguments: argparse.Namespace) -> None:
        self.place = place
        self.port = arguments.first_port

    def endpoints(self) -> Mapping[str, Endpoint]:
        server = HTTPServer(None, self.place.host, self.port)
        return {'first': Endpoint(server, 'v1')}

    def services(self) -> Sequence[Runnable]:
        return [PART]

    def to_try(self) -> str:
        return f'{" ".join(self.place.argv)} {list(self.place.endpoints)}'


class Second(First):
    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument('--second')

    def endpoints(self) -> Mapping[str, Endpoint]:
        return {}


class TestPlugins(base.BaseTestCase):
    def found(self, *names: str) -> AllInOnePlugins:
        return AllInOnePlugins(
            metadata.EntryPoint(name.lower(), f'{_HERE}:{name}', 'test')
            for name in names
        )

    def test_all_of_them_work_together(self) -> None:
        plugins = self.found('Second', 'First')
        parser = argparse.ArgumentParser()
        plugins.add_arguments(parser)
        arguments = parser.parse_args(['--first-port', '7', '--second', 'x'])
        own = Endpoint(HTTPServer(None, '127.0.0.1', 1), 'v2.1')
        endpoints = {'compute': own}
        place = Place('127.0.0.1', pathlib.Path(), ['--debug'], endpoints)
        plugins.configure(place, arguments, endpoints)
        self.assertEqual(['compute', 'first'], list(endpoints))
        self.assertEqual('http://127.0.0.1:7/v1', endpoints['first'].url)
        self.assertEqual([PART, PART], plugins.services())
        # They may name one another's endpoints.
        told = "--debug ['compute', 'first']"
        self.assertEqual([told, told], plugins.to_try())

    def test_there_need_be_none(self) -> None:
        plugins = self.found()
        plugins.add_arguments(argparse.ArgumentParser())
        self.assertEqual([], plugins.services())

    def test_one_that_is_broken_is_not_passed_over(self) -> None:
        self.assertRaises(AttributeError, self.found, 'Missing')
