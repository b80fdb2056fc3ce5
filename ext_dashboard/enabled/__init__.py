# SPDX-License-Identifier: Apache-2.0
"""Files that Horizon reads from ``openstack_dashboard/local/enabled``."""
