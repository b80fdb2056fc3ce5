# SPDX-License-Identifier: Apache-2.0
"""The objects of sahara_ext; each module registers its own when imported."""

import importlib

_MODULES = (
    'cluster',
    'cluster_event',
    'cluster_instance',
    'engine',
    'image_registration',
    'node_group',
    'provision_step',
    'template',
)


def register_all() -> None:
    """Make every object known by name to the wire.

    Programs call this; importing the package does not, because a process
    may host objects of another service that go by the same names.
    """
    for module in _MODULES:
        importlib.import_module(f'{__name__}.{module}')
