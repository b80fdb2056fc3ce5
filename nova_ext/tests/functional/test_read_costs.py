# SPDX-License-Identifier: Apache-2.0
"""Commands to the database, and calls of functions, of each read.

To see what they are now::

    EXT_PRINT_COSTS=1 python -W ignore -m testtools.run \
        nova_ext.tests.functional.test_read_costs \
        nova_ext.tests.functional.backends.test_read_costs
"""

from collections.abc import Iterator, Mapping
import itertools
from typing import Any

from oslo_db import options

from ext_lib.testing import costs
from ext_lib.testing.costs import Ceiling
from nova_ext.tests.base import PROJECT
from nova_ext.tests.functional import base
from nova_ext.tests.functional import rows
from nova_ext.wsgi import loader

CELL = 'cell1'
_SERVER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_GONE = '6bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_REQUEST = 'req-3293a3f1-b44c-4609-b8d2-d81b105636b8'
_MARKER = '42341d4b-346a-40d0-83c6-5f4f6892b650'
_HISTORY = 20
_PAGE = 50
_MIGRATIONS = 2 * _PAGE
_SERVERS = 30

_ACTIONS = '/servers/{}/os-instance-actions'
_LIST = f'/os-migrations?limit={_PAGE}'

#: The most that each read of the audit may cost. Versions of Python and of
#: libraries differ in the calls: a tenth is added.
AUDIT = {
    _ACTIONS.format(_SERVER): Ceiling(1, 1, 525),
    _ACTIONS.format(_GONE): Ceiling(1, 1, 525),
    f'{_ACTIONS.format(_SERVER)}/{_REQUEST}': Ceiling(1, 1, 455),
    f'{_ACTIONS.format(_GONE)}/{_REQUEST}': Ceiling(1, 1, 455),
    f'/servers/{_SERVER}/migrations': Ceiling(1, 1, 2730),
    _LIST: Ceiling(1, 1, 1040),
    f'{_LIST}&marker={_MARKER}': Ceiling(2, 2, 1150),
    f'{_LIST}&user_id=fake': Ceiling(1, 1, 1080),
    f'{_LIST}&project_id={PROJECT}': Ceiling(1, 1, 1080),
    f'{_LIST}&host=host1': Ceiling(1, 1, 1080),
    f'{_LIST}&status=running': Ceiling(1, 1, 1080),
    f'{_LIST}&source_compute=host1': Ceiling(1, 1, 1080),
    f'{_LIST}&migration_type=live-migration': Ceiling(1, 1, 1080),
    f'{_LIST}&instance_uuid={_SERVER}': Ceiling(1, 1, 1080),
    f'{_LIST}&changes-since=2020-01-01T00:00:00Z': Ceiling(1, 1, 1080),
    f'{_LIST}&changes-before=2040-01-01T00:00:00Z': Ceiling(1, 1, 1080),
}
#: The same of the compute API.
COMPUTE = {
    '/servers': Ceiling(2, 2, 6800),
    '/servers/detail': Ceiling(3, 3, 11500),
    f'/servers/{_SERVER}': Ceiling(3, 3, 2800),
    f'/servers/{_SERVER}/tasks': Ceiling(2, 2, 6150),
    _ACTIONS.format(_SERVER): Ceiling(1, 1, 525),
    f'{_ACTIONS.format(_SERVER)}/{_REQUEST}': Ceiling(1, 1, 455),
    f'/servers/{_SERVER}/migrations': Ceiling(1, 1, 2730),
    _LIST: Ceiling(1, 1, 1040),
}


class ReadCostsTest(costs.CostTestCase, base.APITestCase):
    """A table of reads, each once what can be kept is kept."""

    def setUp(self) -> None:
        super().setUp()
        self.conf.clear_override('response_validation', 'api')
        fill(self)

    def check(self, application: Any, ceilings: Mapping[str, Ceiling]) -> None:
        """Check all reads of a table."""
        headers = {
            'X-Auth-Token': base.ADMIN,
            'OpenStack-API-Version': 'compute 2.84',
        }
        self.assertCosts(application, ceilings, headers, '/v2.1')

    def test_audit(self) -> None:
        """The database is that of a cell."""
        url = self.conf.database.connection
        self.settings.set('cells', databases=[CELL])
        self.settings.set('database', connection=None)
        self.conf.register_opts(options.database_opts, group=CELL)
        self.settings.set(CELL, connection=url)
        self.check(loader.load_audit(self.conf), AUDIT)

    def test_compute(self) -> None:
        self.check(loader.load(self.conf), COMPUTE)


def fill(test: base.APITestCase) -> None:
    """Add servers, the history of two of them, and migrations."""
    more = (rows.server() for _ in range(_SERVERS))
    test.add(rows.server(uuid=_SERVER), rows.server(uuid=_GONE, deleted=1))
    test.add(*more)
    for uuid in (_SERVER, _GONE):
        test.add(*_history(uuid))
    for uuid in (_SERVER, _GONE):
        last = test.add(rows.action(uuid, _HISTORY, request_id=_REQUEST))
        test.add(*(rows.event(last.id, number) for number in range(2)))
    test.add(*_migrations())


def _history(uuid: str) -> Iterator[Any]:
    for number in range(1, _HISTORY):
        yield rows.action(uuid, number)
    for number in range(_HISTORY):
        yield rows.task(number, instance_uuid=uuid, tag='tag')


def _migrations() -> Iterator[Any]:
    kinds = itertools.cycle((rows.migration, rows.live_migration))
    for number, kind in zip(range(_MIGRATIONS), kinds, strict=False):
        known = {'uuid': _MARKER} if number == _PAGE else {}
        yield kind(_SERVER, number, **known)
