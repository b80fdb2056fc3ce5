# SPDX-License-Identifier: Apache-2.0
"""The panel that has the views of the tab; no menu shows it."""

from django.utils.translation import gettext_lazy as _
import horizon


class Provisioning(horizon.Panel):
    """The addresses of the tab, for users of a cloud with clusters."""

    name = _('Provisioning')
    slug = 'provisioning'
    permissions = ('openstack.services.data-processing',)
    nav = False
