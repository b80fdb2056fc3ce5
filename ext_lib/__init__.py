# SPDX-License-Identifier: Apache-2.0
"""What the services stand on; nothing here knows a resource by name."""
