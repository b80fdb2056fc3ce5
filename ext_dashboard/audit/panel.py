# SPDX-License-Identifier: Apache-2.0
"""The panel that lists what was done to the servers of a project."""

from django.utils.translation import gettext_lazy as _
import horizon


class Audit(horizon.Panel):
    """The actions on all servers of the project."""

    name = _('Audit')
    slug = 'server_audit'
    permissions = ('openstack.services.compute',)
