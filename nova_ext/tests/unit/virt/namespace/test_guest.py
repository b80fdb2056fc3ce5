# SPDX-License-Identifier: Apache-2.0
"""Guests are kept in files, and have addresses of their own."""

from concurrent import futures
import ipaddress
import pathlib

import fixtures

from nova_ext import exception
from nova_ext.tests import base
from nova_ext.virt.namespace.guest import GuestStore
from nova_ext.virt.namespace.processes import Process

_UUID = '5d65f001-3524-453f-af6d-a6a370db2c5c'
_NETWORK = ipaddress.IPv4Network('10.231.0.0/28')
#: The machine has the first of the fourteen.
_ROOM = 13


class TestGuestStore(base.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.store = self.open()

    def open(self) -> GuestStore:
        """Return the store as another process has it."""
        store = GuestStore(self.path / 'guests', _NETWORK)
        store.prepare()
        return store

    def test_a_guest_is_kept(self) -> None:
        guest = self.store.create(_UUID, 'host1')
        self.assertEqual('10.231.0.2', guest.address)
        self.assertEqual('fa:16:3e:e7:00:02', guest.mac)
        self.assertLessEqual(len(guest.link), 15)
        guest = self.store.change(guest, is_on=True, first=Process(1, 2, 'b'))
        other = self.open()
        self.assertEqual(guest, other.find(_UUID))
        self.assertEqual([guest], other.all())
        self.assertEqual(guest, other.create(_UUID, 'host1'))

    def test_a_guest_is_removed_with_its_files(self) -> None:
        guest = self.store.create(_UUID, 'host1')
        (self.store.directory(_UUID) / 'home').mkdir()
        (self.store.directory(_UUID) / 'home' / 'file').touch()
        self.store.remove(guest)
        self.assertIsNone(self.store.find(_UUID))
        self.assertTrue(self.store.is_empty())
        self.assertRaises(
            exception.GuestNotHere, self.store.get, _UUID, 'host1'
        )

    def test_processes_never_give_an_address_twice(self) -> None:
        stores = [self.open() for _ in range(4)]

        def create(number: int) -> str:
            store = stores[number % len(stores)]
            return store.create(f'{number:08}', 'host1').address

        with futures.ThreadPoolExecutor(8) as pool:
            given = list(pool.map(create, range(_ROOM)))
        self.assertEqual(_ROOM, len(set(given)))
        error = self.assertRaises(
            exception.GuestFailed, self.store.create, _UUID, 'host1'
        )
        self.assertIn('All addresses of 10.231.0.0/28', str(error))
        found = self.store.find('00000003')
        assert found is not None
        self.store.remove(found)
        self.assertEqual(
            found.address, self.store.create(_UUID, 'host1').address
        )
