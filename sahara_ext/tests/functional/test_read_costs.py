# SPDX-License-Identifier: Apache-2.0
"""Commands to the database, and calls of functions, of each read of clusters.

To see what they are now::

    EXT_PRINT_COSTS=1 python -W ignore -m testtools.run \
        sahara_ext.tests.functional.test_read_costs \
        sahara_ext.tests.functional.backends.test_read_costs
"""

import uuid

from ext_lib.testing import costs
from ext_lib.testing.costs import Ceiling
from sahara_ext.tests.functional import base
from sahara_ext.tests.functional import rows
from sahara_ext.wsgi import loader

_CLUSTER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_STEP = '6bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_ONE = f'/clusters/{_CLUSTER}'
_PROGRESS = f'{_ONE}/progress'
_PROVISIONING = f'{_ONE}/provisioning'
_PARTS = 5
_CLUSTERS = 20

#: The most that each read may cost. Versions of Python and of libraries differ
#: in the calls: a tenth is added.
CLUSTERS = {
    '/clusters': Ceiling(7, 6, 18150),
    _ONE: Ceiling(7, 6, 4150),
    f'{_ONE}?show_progress=True': Ceiling(7, 6, 7750),
    _PROGRESS: Ceiling(3, 3, 3850),
    f'{_PROGRESS}?step_id={_STEP}': Ceiling(3, 3, 3700),
    _PROVISIONING: Ceiling(1, 1, 1700),
}


class ReadCostsTest(costs.CostTestCase, base.APITestCase):
    """A table of reads, each once what can be kept is kept."""

    def setUp(self) -> None:
        super().setUp()
        self.conf.clear_override('response_validation', 'api')
        self.fill()

    def fill(self) -> None:
        """Add clusters, one of which has several of each part."""
        for number in range(1, _CLUSTERS):
            small = str(uuid.UUID(int=number))
            self.add(*rows.whole_cluster(small, 1))
        self.add(*rows.whole_cluster(_CLUSTER, _PARTS))
        self.add(
            rows.step(_CLUSTER, 1000, id=_STEP),
            *(
                rows.event(_STEP, number, cluster_id=_CLUSTER)
                for number in range(_CLUSTERS)
            ),
        )

    def test_clusters(self) -> None:
        headers = {'X-Auth-Token': base.MEMBER}
        application = loader.load(self.conf)
        self.assertCosts(application, CLUSTERS, headers, '/v2')
