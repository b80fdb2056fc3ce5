# SPDX-License-Identifier: Apache-2.0
"""Base classes of the tests of nova_ext."""

from typing import Any

from ext_lib import context
from ext_lib.testing import base
from nova_ext import objects
from nova_ext.conf import opts
from nova_ext.db import models
from nova_ext.db.facade import facade
from nova_ext.objects.base import Serializer

PROJECT = base.PROJECT
USER = base.USER


_SERVICE = base.Service(
    register_opts=opts.register_opts,
    register_objects=objects.register_all,
    facade=facade,
    metadata=models.Base.metadata,
    exceptions='nova_ext.exception',
    serializer=Serializer,
)


class TestCase(base.TestCase):
    """A test with a configuration and a log of its own."""

    tested = _SERVICE


class DatabaseTestCase(base.DatabaseTestCase, TestCase):
    """A test with an empty database."""


class MessagingTestCase(base.MessagingTestCase, DatabaseTestCase):
    """A test with a database and a transport."""


def add(context: context.RequestContext, *rows: Any) -> Any:
    """Put rows into the database as they are; return the first."""
    return base.add(facade, context, *rows)
