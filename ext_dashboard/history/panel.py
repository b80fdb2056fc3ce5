# SPDX-License-Identifier: Apache-2.0
"""The panel that finds the history of a server by its id."""

from django.utils.translation import gettext_lazy as _
import horizon


class History(horizon.Panel):
    """The histories of servers, of deleted ones too."""

    name = _('Instance History')
    slug = 'server_history'
    permissions = ('openstack.services.compute',)
