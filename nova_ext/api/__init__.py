# SPDX-License-Identifier: Apache-2.0
"""The HTTP side of nova_ext."""
