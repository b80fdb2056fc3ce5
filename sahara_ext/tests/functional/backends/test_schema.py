# SPDX-License-Identifier: Apache-2.0
"""Every way to the present schema leads there, on servers."""

from sahara_ext.tests.functional.backends import database
from sahara_ext.tests.unit.db import schema_paths

load_tests = database.load_tests


class TestSchema(database.ServerTestCase, schema_paths.SchemaPaths):
    pass
