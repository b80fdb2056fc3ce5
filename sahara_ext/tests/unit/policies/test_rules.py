# SPDX-License-Identifier: Apache-2.0
"""The rules are those operators of sahara know, and guard what there is."""

import re
from typing import Any

from sahara_ext import policies
from sahara_ext.api import microversions
from sahara_ext.api import routes
from sahara_ext.engine.api import EngineAPI
from sahara_ext.tests import base

_ROOTS = {
    microversions.V1: '/v1.1/{project_id}',
    microversions.V2: '/v2',
}
#: By resource, in version 1.1 and in version 2.
_ACTIONS = {
    'cluster': (
        'create delete get get_all modify progress progress:traceback scale',
        'create delete get list progress progress:traceback scale update',
    ),
    'cluster-template': ('create delete get get_all modify',
                         'create delete get list update'),
    'image': ('add_tags get get_all register remove_tags unregister',
              'get get-tags list register remove-tags set-tags unregister'),
    'node-group-template': ('create delete get get_all modify',
                            'create delete get list update'),
    'plugin': ('get get_all get_version', 'get get-version list'),
}  # fmt: skip
#: What is for administrators unless the operator says otherwise.
_OF_ADMINISTRATORS = (
    'data-processing:clusters:progress:traceback',
    'data-processing:cluster:progress:traceback',
)


class RulesTest(base.MessagingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.rules: dict[str, Any] = {
            rule.name: rule
            for rule in policies.list_rules()
            if rule.name != 'context_is_admin'
        }

    def test_names(self) -> None:
        expected = {
            f'data-processing:{noun}:{action}'
            for resource, both in _ACTIONS.items()
            for noun, actions in zip(
                (f'{resource}s', resource), both, strict=True
            )
            for action in actions.split()
        }
        self.assertEqual(expected, set(self.rules))

    def test_all_callers_may_by_default(self) -> None:
        for name, rule in self.rules.items():
            if name not in _OF_ADMINISTRATORS:
                self.assertEqual('', rule.check_str, name)

    def test_administrators_may_by_default(self) -> None:
        for name in _OF_ADMINISTRATORS:
            check = self.rules[name].check_str
            self.assertEqual('rule:context_is_admin', check, name)

    def test_every_request_is_documented(self) -> None:
        documented = {
            (operation['method'], _anonymous(operation['path']))
            for rule in self.rules.values()
            for operation in rule.operations
        }
        engine = EngineAPI(self.conf, self.rpc.transport)
        served = {
            (method, _anonymous(root + path))
            for version, root in _ROOTS.items()
            for path, methods in routes.table(engine, version)
            for method in methods
            if not path.endswith('/multiple')
        }
        self.assertEqual(served, documented)


def _anonymous(path: str) -> str:
    return re.sub(r'{\w+}', '{}', path)
