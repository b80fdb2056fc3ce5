# SPDX-License-Identifier: Apache-2.0
"""Pages of Horizon that a cloud without networks and volumes does not have.

Horizon imports it before it makes its menu. With these pages, it answers 500
where the catalog has no network service: the overviews count floating IPs, and
the interfaces of an instance are ports. The volumes of an instance are a part
of the compute API that this one does not have; there are none.
"""

import horizon
from openstack_dashboard.api import nova
from openstack_dashboard.dashboards.project.instances import tabs

#: The panel that a dashboard shows first, instead.
_FIRST = {'project': 'api_access', 'admin': 'flavors'}

for _slug, _first in _FIRST.items():
    _dashboard = horizon.get_dashboard(_slug)
    _dashboard.unregister(_dashboard.get_panel('overview').__class__)
    _dashboard.default_panel = _first
tabs.InstanceDetailTabs.tabs = tuple(
    tab
    for tab in tabs.InstanceDetailTabs.tabs
    if tab is not tabs.InterfacesTab
)
nova.instance_volumes_list = lambda request, instance_id: []
