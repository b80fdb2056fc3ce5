# SPDX-License-Identifier: Apache-2.0
"""Tasks of servers: requests that change them, with tags and outcomes."""
