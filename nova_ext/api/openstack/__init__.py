# SPDX-License-Identifier: Apache-2.0
"""The OpenStack APIs of nova_ext."""
