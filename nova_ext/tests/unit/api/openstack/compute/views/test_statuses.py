# SPDX-License-Identifier: Apache-2.0
"""Every pair of states has one word, and every word finds its pairs."""

import itertools

import ddt
import testtools

from nova_ext.api.openstack.compute.views import statuses
from nova_ext.objects import fields

_VM_STATES = sorted(
    value
    for name, value in vars(fields.VMState).items()
    if not name.startswith('_')
)
_TASK_STATES = [
    None,
    *sorted(
        value
        for name, value in vars(fields.TaskState).items()
        if not name.startswith('_')
    ),
]


@ddt.ddt
class TestOf(testtools.TestCase):
    @ddt.data(
        ('active', None, 'ACTIVE'),
        ('active', 'powering-off', 'ACTIVE'),
        ('active', 'deleting', 'ACTIVE'),
        ('active', 'rebooting', 'REBOOT'),
        ('active', 'reboot_pending', 'REBOOT'),
        ('active', 'reboot_started', 'REBOOT'),
        ('active', 'rebooting_hard', 'HARD_REBOOT'),
        ('active', 'reboot_pending_hard', 'HARD_REBOOT'),
        ('active', 'reboot_started_hard', 'HARD_REBOOT'),
        ('active', 'rebuilding', 'REBUILD'),
        ('active', 'rebuild_block_device_mapping', 'REBUILD'),
        ('active', 'rebuild_spawning', 'REBUILD'),
        ('active', 'migrating', 'MIGRATING'),
        ('active', 'resize_prep', 'RESIZE'),
        ('active', 'resize_migrating', 'RESIZE'),
        ('active', 'resize_migrated', 'RESIZE'),
        ('active', 'resize_finish', 'RESIZE'),
        ('building', None, 'BUILD'),
        ('building', 'spawning', 'BUILD'),
        ('stopped', None, 'SHUTOFF'),
        ('stopped', 'resize_prep', 'RESIZE'),
        ('stopped', 'rebuilding', 'REBUILD'),
        ('resized', None, 'VERIFY_RESIZE'),
        ('resized', 'resize_reverting', 'REVERT_RESIZE'),
        ('paused', None, 'PAUSED'),
        ('paused', 'migrating', 'MIGRATING'),
        ('suspended', None, 'SUSPENDED'),
        ('rescued', None, 'RESCUE'),
        ('error', None, 'ERROR'),
        ('error', 'rebuilding', 'REBUILD'),
        ('deleted', None, 'DELETED'),
        ('soft-delete', None, 'SOFT_DELETED'),
        ('shelved', None, 'SHELVED'),
        ('shelved_offloaded', None, 'SHELVED_OFFLOADED'),
        ('nonsense', None, 'UNKNOWN'),
        (None, None, 'UNKNOWN'),
        ('active', 'nonsense', 'ACTIVE'),
    )
    @ddt.unpack
    def test_states(self, vm_state, task_state, status):
        self.assertEqual(status, statuses.of(vm_state, task_state))

    def test_every_state_has_a_word(self):
        for vm_state in _VM_STATES:
            self.assertNotEqual('UNKNOWN', statuses.of(vm_state, None))


@ddt.ddt
class TestStates(testtools.TestCase):
    @ddt.data(
        (['ACTIVE'], {'active'}, set()),
        (['active'], {'active'}, set()),
        (['Shutoff'], {'stopped'}, set()),
        (['MIGRATING'], {'active', 'paused'}, {'migrating'}),
        (['REVERT_RESIZE'], {'resized'}, {'resize_reverting'}),
        (['ACTIVE', 'ERROR'], {'active', 'error'}, set()),
        (['ACTIVE', 'nonsense'], {'active'}, set()),
        # One of them takes any task, so all do.
        (['ACTIVE', 'REVERT_RESIZE'], {'active', 'resized'}, set()),
        (['soft_deleted'], {'soft-delete'}, set()),
        (['nonsense'], set(), set()),
        (['UNKNOWN'], set(), set()),
        (['ACTIVE,ERROR'], set(), set()),
        ([''], set(), set()),
        ([], set(), set()),
    )
    @ddt.unpack
    def test_words(self, words, vm_states, task_states):
        self.assertEqual((vm_states, task_states), statuses.states(words))

    def test_each_pair_is_found_by_its_own_word(self):
        for pair in itertools.product(_VM_STATES, _TASK_STATES):
            vm_states, task_states = statuses.states([statuses.of(*pair)])
            self.assertIn(pair[0], vm_states)
            if task_states:
                self.assertIn(pair[1], task_states)
