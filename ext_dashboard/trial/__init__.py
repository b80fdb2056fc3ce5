# SPDX-License-Identifier: Apache-2.0
"""A Horizon to try the plugin in, before a keystone and both services."""
