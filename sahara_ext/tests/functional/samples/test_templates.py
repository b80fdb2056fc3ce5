# SPDX-License-Identifier: Apache-2.0
"""Samples of templates, of node groups and of clusters."""

from typing import Any

from sahara_ext.tests.functional.samples import base

#: How a template is changed.
_UPDATE = {'1.1': 'PUT', '2.0': 'PATCH'}


class TemplateSamples(base.SampleTestCase):
    """Tests for both kinds.

    :cvar kind: of templates, in the singular
    """

    kind = ''

    @property
    def path(self) -> str:
        """Return the path of the list."""
        return f'/{self.kind}s'

    def template(self, version: str) -> Any:
        """Return a request for one."""
        raise NotImplementedError

    def create(self) -> str:  # type: ignore[override]
        """Create one; return its path."""
        body = self.template('1.1')
        answer = self.ask('POST', self.path, '1.1', body)
        [made] = answer.values()
        return f'{self.path}/{made["id"]}'

    def check_create(self) -> None:
        answers = {}
        for version in base.ROOTS:
            self.empty_database()
            answers[version] = self.ask(
                'POST', self.path, version, self.template(version)
            )
        name = f'{self.path[1:]}/{self.kind}-create'
        self.assertSamples(f'{name}-req', self.template)
        self.assertSamples(f'{name}-resp', answers.__getitem__)

    def check_reads(self) -> None:
        path = self.create()
        folder = self.path[1:]
        self.assertAnswers(f'{folder}/{folder}-list-resp', self.path)
        self.assertAnswers(f'{folder}/{self.kind}-show-resp', path)
        self.assertAnswers(
            f'{folder}/{self.kind}-export-resp', f'{path}/export'
        )

    def check_update(self) -> None:
        path = self.create()
        body = {'description': 'another', 'is_public': True}
        answers = {
            version: self.ask(method, path, version, body)
            for version, method in _UPDATE.items()
        }
        name = f'{self.path[1:]}/{self.kind}-update'
        self.assertSamples(f'{name}-req', lambda version: body)
        self.assertSamples(f'{name}-resp', answers.__getitem__)


class NodeGroupTemplateSamples(TemplateSamples):
    kind = 'node-group-template'

    def template(self, version: str) -> Any:
        return {
            'name': 'worker',
            **base.kind(version),
            'flavor_id': '1',
            'node_processes': ['datanode'],
            'description': 'stores data',
        }

    @base.produces(
        'node-group-templates/node-group-template-create-req',
        'node-group-templates/node-group-template-create-resp',
    )
    def test_create(self) -> None:
        self.check_create()

    @base.produces(
        'node-group-templates/node-group-templates-list-resp',
        'node-group-templates/node-group-template-show-resp',
        'node-group-templates/node-group-template-export-resp',
    )
    def test_reads(self) -> None:
        self.check_reads()

    @base.produces(
        'node-group-templates/node-group-template-update-req',
        'node-group-templates/node-group-template-update-resp',
    )
    def test_update(self) -> None:
        self.check_update()


class ClusterTemplateSamples(TemplateSamples):
    kind = 'cluster-template'

    def template(self, version: str) -> Any:
        return {
            'name': 'workers',
            **base.kind(version),
            'node_groups': [
                {
                    'name': 'worker',
                    'count': 2,
                    'flavor_id': '1',
                    'node_processes': ['datanode'],
                }
            ],
        }

    @base.produces(
        'cluster-templates/cluster-template-create-req',
        'cluster-templates/cluster-template-create-resp',
    )
    def test_create(self) -> None:
        self.check_create()

    @base.produces(
        'cluster-templates/cluster-templates-list-resp',
        'cluster-templates/cluster-template-show-resp',
        'cluster-templates/cluster-template-export-resp',
    )
    def test_reads(self) -> None:
        self.check_reads()

    @base.produces(
        'cluster-templates/cluster-template-update-req',
        'cluster-templates/cluster-template-update-resp',
    )
    def test_update(self) -> None:
        self.check_update()
