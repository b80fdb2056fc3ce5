# SPDX-License-Identifier: Apache-2.0
"""Actions on all servers, deleted ones included."""
