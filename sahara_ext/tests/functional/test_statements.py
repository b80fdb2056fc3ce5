# SPDX-License-Identifier: Apache-2.0
"""Requests take a few statements, however many rows there are."""

import itertools
import re
import uuid

from sahara_ext.api import microversions
from sahara_ext.api import routes
from sahara_ext.engine.api import EngineAPI
from sahara_ext.tests.functional import base
from sahara_ext.tests.functional import rows

_CLUSTER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_STEP = '6bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_EVENT = '7bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_GROUP_TEMPLATE = '8bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_TEMPLATE = '9bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_ONE = f'/clusters/{_CLUSTER}'
_PROGRESS = f'{_ONE}/progress'
_SIZES = (2, 12)

#: The most any GET may need.
_MOST = 3
#: SELECTs of each GET.
READS = {
    '/clusters': 3,
    '/clusters?limit=1': 3,
    f'/clusters?marker={_CLUSTER}': 3,
    '/clusters?name=none&plugin_name=fake': 1,
    '/clusters?sort_by=-name&limit=5': 3,
    _ONE: 3,
    f'{_ONE}?show_progress=True': 3,
    _PROGRESS: 3,
    f'{_PROGRESS}?step_id={_STEP}': 3,
    f'{_PROGRESS}?step_id={_STEP}&marker={_EVENT}&limit=1': 3,
    f'{_PROGRESS}?step_id={_STEP}&successful=false': 3,
    f'{_PROGRESS}?step_id={_STEP}&successful=true&marker={_EVENT}': 3,
    f'{_ONE}/provisioning': 1,
    '/plugins': 0,
    '/plugins/fake': 0,
    '/plugins/fake/0.1': 0,
    '/node-group-templates': 1,
    f'/node-group-templates?marker={_GROUP_TEMPLATE}&limit=1': 1,
    f'/node-group-templates/{_GROUP_TEMPLATE}': 1,
    f'/node-group-templates/{_GROUP_TEMPLATE}/export': 1,
    '/cluster-templates': 1,
    f'/cluster-templates?marker={_TEMPLATE}&limit=1': 1,
    f'/cluster-templates/{_TEMPLATE}': 1,
    f'/cluster-templates/{_TEMPLATE}/export': 1,
    '/images': 1,
    f'/images/{base.IMAGE}': 1,
    f'/images/{base.IMAGE}/tags': 1,
}


class ReadsTest(base.APITestCase):
    """GETs."""

    def test_statements(self) -> None:
        """Each asks as often as the table says, for any number of items."""
        for size in _SIZES:
            self.empty_database()
            self._fill(size)
            for path, selects in READS.items():
                self.statements.clear()
                self.get(f'/v2{path}')
                asked = self.statements.statements
                self.assertEqual(selects, len(asked), f'{path}: {asked}')
                self.assertEqual(asked, self.statements.selects, path)

    def test_bound(self) -> None:
        self.assertLessEqual(max(READS.values()), _MOST)

    def test_every_get_is_counted(self) -> None:
        counted = [path.partition('?')[0] for path in READS]
        engine = EngineAPI(self.conf, self.rpc.transport)
        for version in (microversions.V1, microversions.V2):
            for path, methods in routes.table(engine, version):
                form = re.compile(re.sub(r'{\w+}', '[^/]+', path))
                if 'GET' in methods:
                    self.assertTrue(any(map(form.fullmatch, counted)), path)

    def _fill(self, size: int) -> None:
        """Add ``size`` of everything; the newest has as many parts."""
        ids = [str(uuid.UUID(int=number)) for number in range(size)]
        last = rows.step(_CLUSTER, 1000, id=_STEP)
        self.add(
            *itertools.chain(*(rows.whole_cluster(n, 1) for n in ids)),
            *rows.whole_cluster(_CLUSTER, size, created_at=rows.LATER),
            last,
            rows.event(_STEP, 0, id=_EVENT, cluster_id=_CLUSTER),
            *(
                rows.event(_STEP, n + 1, cluster_id=_CLUSTER)
                for n in range(size)
            ),
            rows.node_group_template(
                id=_GROUP_TEMPLATE, created_at=rows.LATER
            ),
            *(rows.node_group_template() for _ in range(size)),
            rows.cluster_template(id=_TEMPLATE, created_at=rows.LATER),
            *(rows.cluster_template() for _ in range(size)),
            rows.image(base.IMAGE),
            *(rows.image(image_id) for image_id in ids),
        )


class WritesTest(base.APITestCase):
    """Requests that change a cluster."""

    def test_statements(self) -> None:
        """To create many instances takes no more than to create a few."""
        small, large = (self._create(count) for count in (2, 50))
        self.assertEqual(small, large)

    def _create(self, count: int) -> int:
        self.statements.clear()
        groups = [base.group(count=count)]
        self.create(name=f'sized-{count}', node_groups=groups)
        return len(self.statements)
