# SPDX-License-Identifier: Apache-2.0
"""Foundation of all services; nothing here knows a resource by name."""
