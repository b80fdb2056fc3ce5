# SPDX-License-Identifier: Apache-2.0
"""The panel that lists the tasks of a project."""

from django.utils.translation import gettext_lazy as _
import horizon


class Tasks(horizon.Panel):
    """The tasks of the project, of all its servers."""

    name = _('Tasks')
    slug = 'server_tasks'
    permissions = ('openstack.services.compute',)
