# SPDX-License-Identifier: Apache-2.0
"""Examples of the pages on clusters work with the released clients."""

import pathlib
import re
from typing import Any

import fixtures

from ext_lib.testing import allinone
from ext_lib.testing import pages
from ext_lib.testing import polling
from sahara_ext.tests import base
from sahara_ext.tests.functional import user

_README = pages.ROOT / 'README.rst'
_TYPE = 'data-processing'
#: Where a page says what is in a file, and the file.
_FILES = re.compile(
    r'file\s+``(?P<name>\S+\.json)``:\n\n\.\. code-block:: json\n\n'
    r'(?P<text>(?:   .*\n|\n)+)'
)


class DocumentsTestCase(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.state = self.useFixture(fixtures.TempDir()).path
        self.service = self.useFixture(allinone.AllInOne(self.state))
        self.user = user.User(self.service.urls[_TYPE])

    def run_page(self, text: str, **variables: str) -> dict[str, str]:
        """Run what a page shows; return what each command has printed."""
        for match in _FILES.finditer(text):
            path = pathlib.Path(self.state, match['name'])
            path.write_text(match['text'])
        return pages.run(
            pages.commands(text),
            self.state,
            {
                'OS_CLIENT_CONFIG_FILE': self.service.clouds,
                'OS_CLOUD': 'admin',
                **variables,
            },
            {
                '$PWD/.state/clouds.yaml': self.service.clouds,
                '18774': self.port('compute'),
                '18386': self.port(_TYPE),
            },
        )

    def port(self, name: str) -> str:
        """Return the port of a service."""
        found = re.search(r':(\d+)/', self.service.urls[name])
        assert found
        return found[1]


class TestReadme(DocumentsTestCase):
    def test_clusters(self) -> None:
        found = self.run_page(
            pages.section(_README.read_text(), 'Five minutes with clusters')
        )
        printed = list(found.values())
        self.assertIn('Launching instances', printed[1])
        self.assertIn('"provisioning_progress"', printed[-2])
        self.assertIn('"events"', printed[-1])


class TestClusters(DocumentsTestCase):
    def test_from_top_to_bottom(self) -> None:
        text = (pages.USER / 'clusters.rst').read_text()
        found = self.run_page(text)
        self.assertIn('| Fake Plugin', self.printed(found, 'plugin show'))
        self.assertIn('| Active ', self.printed(found, '--name three'))
        self.assertIn(
            'scaling has been started',
            self.printed(found, 'cluster scale'),
        )
        self.assertIn('removed', self.printed(found, 'cluster delete'))
        names = {cluster['name'] for cluster in self.clusters()}
        self.assertEqual({'one', 'three'}, names)
        self.check_python(text)

    def test_the_pages_that_follow(self) -> None:
        self.run_page((pages.USER / 'clusters.rst').read_text())
        variables = {
            'TOKEN': 'admin:demo',
            'CLUSTERS': f'{self.service.urls[_TYPE]}/clusters',
        }
        text = (pages.USER / 'watching-a-cluster.rst').read_text()
        found = self.run_page(text, **variables)
        self.assertIn('"events"', self.printed(found, 'step_id'))
        text = (pages.USER / 'why-a-cluster-failed.rst').read_text()
        found = self.run_page(text, **variables)
        self.assertIn('| Active ', self.printed(found, 'cluster create'))

    def check_python(self, text: str) -> None:
        """Run what the page does in Python."""
        [cluster_id] = (
            cluster['id']
            for cluster in self.clusters()
            if cluster['name'] == 'one'
        )
        self.user.wait_for(cluster_id, 'Active')
        code = '\n'.join(pages.blocks(text, 'python'))
        code = code.replace('18386', self.port(_TYPE))
        exec(compile(code, 'page', 'exec'), {})
        polling.wait_until(
            lambda: self.counts(cluster_id) == {'master': 1, 'worker': 5},
            'it to be scaled',
        )

    def counts(self, cluster_id: str) -> dict[str, int]:
        """Return how many instances each node group has."""
        groups = self.user.cluster(cluster_id)['node_groups']
        return {group['name']: group['count'] for group in groups}

    def clusters(self) -> list[dict[str, Any]]:
        """Return all clusters."""
        found: list[dict[str, Any]] = self.user.do('GET', '/clusters')[
            'clusters'
        ]
        return found

    def printed(self, found: dict[str, str], part: str) -> str:
        """Return what the one command with ``part`` has printed."""
        [output] = (o for command, o in found.items() if part in command)
        return output
