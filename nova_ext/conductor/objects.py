# SPDX-License-Identifier: Apache-2.0
"""The database of compute hosts."""

from ext_lib import indirection
from ext_lib.service import Manager
from nova_ext.objects.base import NovaExtObject


class ObjectsManager(Manager):
    """Loads and stores objects for hosts, and does nothing else.

    It answers on a topic of its own. The tasks of a conductor wait for
    hosts, which load and store amid what they are asked to do: on a common
    topic, as many tasks as there are threads would wait for ever.
    """

    def endpoints(self) -> list[object]:
        """Return what answers."""
        return [indirection.ObjectServer(NovaExtObject)]
