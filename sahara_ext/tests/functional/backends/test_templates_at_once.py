# SPDX-License-Identifier: Apache-2.0
"""Many requests change templates and images at once, on servers."""

from sahara_ext.tests.functional import templates_at_once
from sahara_ext.tests.functional.backends import database

load_tests = database.load_tests


class TestTemplates(database.ServerTestCase, templates_at_once.TemplateTests):
    pass
