# SPDX-License-Identifier: Apache-2.0
"""Samples of clusters, from their creation to their end."""

from typing import Any

from sahara_ext.tests.functional import base as functional
from sahara_ext.tests.functional.samples import base

_GROUPS = [
    {
        'name': 'master',
        'count': 1,
        'flavor_id': '2',
        'node_processes': ['namenode'],
    },
    {
        'name': 'worker',
        'count': 2,
        'flavor_id': '1',
        'node_processes': ['datanode'],
    },
]


def request(version: str, name: str, **more: Any) -> Any:
    """Return a request for a cluster."""
    return {
        'name': name,
        **base.kind(version),
        'default_image_id': functional.IMAGE,
        'neutron_management_network': functional.NETWORK,
        'node_groups': _GROUPS,
        **more,
    }


class NewClusterSamples(base.SampleTestCase):
    """Requests to create clusters, and their answers."""

    @base.produces(
        'clusters/cluster-create-req', 'clusters/cluster-create-resp'
    )
    def test_one(self) -> None:
        answers = {}

        def request_at(version: str) -> Any:
            return request(version, 'one', description='my first')

        for version in base.ROOTS:
            self.empty_database()
            answers[version] = self.ask(
                'POST', '/clusters', version, request_at(version)
            )
        self.assertSamples('clusters/cluster-create-req', request_at)
        self.assertSamples('clusters/cluster-create-resp', answers.__getitem__)

    @base.produces(
        'clusters/clusters-create-multiple-req',
        'clusters/clusters-create-multiple-resp',
    )
    def test_several(self) -> None:
        self.assertExchange(
            'clusters/clusters-create-multiple',
            'POST',
            lambda version: '/clusters/multiple',
            lambda version: request(version, 'several', count=2),
            ('1.1',),
        )

    @base.produces(
        'clusters/clusters-create-count-req',
        'clusters/clusters-create-count-resp',
    )
    def test_several_in_version_2(self) -> None:
        self.assertExchange(
            'clusters/clusters-create-count',
            'POST',
            lambda version: '/clusters',
            lambda version: request(version, 'several', count=2),
            ('2.0',),
        )


class ClusterSamples(base.OperationsTestCase):
    """A cluster that is up."""

    def setUp(self) -> None:
        super().setUp()
        self.cluster = self.up('one')
        self.path = f'/clusters/{self.cluster}'

    def up(self, name: str) -> str:
        """Have a cluster created; return its id when it is up."""
        body = request('1.1', name)
        made = self.ask('POST', '/clusters', '1.1', body)['cluster']
        self.wait_until_idle(made['id'])
        return str(made['id'])

    @base.produces('clusters/clusters-list-resp')
    def test_list(self) -> None:
        self.assertAnswers('clusters/clusters-list-resp', '/clusters')

    @base.produces('clusters/clusters-list-page-resp')
    def test_page(self) -> None:
        self.up('two')
        self.up('three')
        path = '/clusters?limit=1&sort_by=name'
        self.assertAnswers('clusters/clusters-list-page-resp', path)

    @base.produces('clusters/cluster-show-resp')
    def test_show(self) -> None:
        self.assertAnswers('clusters/cluster-show-resp', self.path)

    @base.produces('clusters/cluster-show-progress-resp')
    def test_show_progress(self) -> None:
        self.assertAnswers(
            'clusters/cluster-show-progress-resp',
            f'{self.path}?show_progress=true',
        )

    @base.produces('clusters/cluster-progress-resp')
    def test_progress(self) -> None:
        self.assertAnswers(
            'clusters/cluster-progress-resp', f'{self.path}/progress'
        )

    @base.produces('clusters/cluster-provisioning-resp')
    def test_provisioning(self) -> None:
        self.assertAnswers(
            'clusters/cluster-provisioning-resp', f'{self.path}/provisioning'
        )

    @base.produces('clusters/cluster-scale-req', 'clusters/cluster-scale-resp')
    def test_scale(self) -> None:
        other = self.up('two')
        paths = {'1.1': self.path, '2.0': f'/clusters/{other}'}
        names = {'1.1': 'one', '2.0': 'two'}
        new = {**_GROUPS[1], 'name': 'client', 'count': 1}

        def request_at(version: str) -> Any:
            resizing: dict[str, Any] = {'name': 'worker', 'count': 1}
            if version == '2.0':
                name = f'{names[version]}-worker-001'
                resizing['instances'] = [name]
            return {
                'resize_node_groups': [resizing],
                'add_node_groups': [new],
            }

        answers = {
            version: self.ask('PUT', path, version, request_at(version))
            for version, path in paths.items()
        }
        self.assertSamples('clusters/cluster-scale-req', request_at)
        self.assertSamples('clusters/cluster-scale-resp', answers.__getitem__)

    @base.produces(
        'clusters/cluster-update-req', 'clusters/cluster-update-resp'
    )
    def test_update(self) -> None:
        self.assertExchange(
            'clusters/cluster-update',
            'PATCH',
            lambda version: self.path,
            lambda version: {'name': 'renamed', 'is_public': True},
        )

    @base.produces(
        'clusters/cluster-force-delete-req',
        'clusters/cluster-force-delete-resp',
    )
    def test_force_delete(self) -> None:
        self.assertExchange(
            'clusters/cluster-force-delete',
            'DELETE',
            lambda version: self.path,
            lambda version: {'force': True},
            ('2.0',),
        )


class FailedClusterSamples(base.OperationsTestCase):
    """A cluster that did not come up."""

    @base.produces(
        'clusters/cluster-progress-failed-resp',
        'clusters/cluster-progress-traceback-resp',
    )
    def test_progress(self) -> None:
        configs = {'fail_step': 'Waiting for ssh', 'fail_instances': 1}
        body = request('1.1', 'one', cluster_configs={'fake': configs})
        made = self.ask('POST', '/clusters', '1.1', body)['cluster']
        self.wait_until_idle(made['id'])
        path = f'/clusters/{made["id"]}/progress'
        self.assertAnswers('clusters/cluster-progress-failed-resp', path)
        self.token = functional.ADMIN
        self.assertAnswers('clusters/cluster-progress-traceback-resp', path)
