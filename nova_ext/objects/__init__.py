# SPDX-License-Identifier: Apache-2.0
"""The objects of nova_ext; each module registers its own when imported."""

import importlib

_MODULES = (
    'instance', 'instance_action', 'instance_action_event', 'instance_fault',
    'keypair', 'migration', 'service', 'task', 'task_key',
)  # fmt: skip


def register_all() -> None:
    """Register every object for RPC.

    Programs call this; importing the package does not, because a process
    may host objects of another service that go by the same names.
    """
    for module in _MODULES:
        importlib.import_module(f'{__name__}.{module}')
