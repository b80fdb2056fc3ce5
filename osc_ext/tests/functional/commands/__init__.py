# SPDX-License-Identifier: Apache-2.0
"""Commands of the released openstack client against running services."""
