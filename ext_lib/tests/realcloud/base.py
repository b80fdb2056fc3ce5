# SPDX-License-Identifier: Apache-2.0
"""Base of the tests in a real cloud."""

import functools
import os
from typing import Any, ClassVar
import unittest

import requests
import testtools

from ext_lib.db import fixture
from ext_lib.tests.realcloud import cloud
from ext_lib.tests.realcloud import deployment
from ext_lib.tests.realcloud import options

_SECONDS = 60


@functools.cache
def the_cloud() -> cloud.Cloud:
    """Return the cloud that was started for the tests.

    :raises SkipTest: where there is none
    :raises AssertionError: likewise, when it is required
    """
    if os.environ.get(cloud.VARIABLE):
        return cloud.Cloud()
    if os.environ.get(cloud.REQUIRE):
        raise AssertionError(cloud.UNSET)
    raise unittest.SkipTest(cloud.UNSET)


class ServicesTestCase(testtools.TestCase):
    """Tests that share both services, in a region of their own."""

    cloud: ClassVar[cloud.Cloud]
    services: ClassVar[deployment.Deployment]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.cloud = the_cloud()
        cls.services = deployment.Deployment(
            cls.cloud, cls.create_database, cls.options()
        )
        cls.services.setUp()
        cls.addClassCleanup(cls.services.cleanUp)
        cls.start()
        cls.services.wait_for_apis()

    @classmethod
    def create_database(cls, _name: str) -> str:
        """Create a database that goes with the tests; return its URL."""
        url = fixture.create_database(cloud.SERVER)
        cls.addClassCleanup(fixture.drop_database, url)
        return url

    @classmethod
    def options(cls) -> options.Options:
        """Return options of both services, over the usual ones."""
        return {}

    @classmethod
    def start(cls) -> None:
        """Start what the tests need beside the APIs."""

    def ask(
        self,
        service: deployment.Service,
        token: str | None,
        path: str,
        body: Any = None,
        **headers: str,
    ) -> requests.Response:
        """Send a request; return any answer.

        :param body: makes it a POST
        """
        given = {
            name.replace('_', '-'): text for name, text in headers.items()
        }
        if token is not None:
            given['X-Auth-Token'] = token
        return requests.request(
            'GET' if body is None else 'POST',
            self.services.urls[service.service_type] + path,
            json=body,
            headers=given,
            timeout=_SECONDS,
        )
