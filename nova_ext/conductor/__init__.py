# SPDX-License-Identifier: Apache-2.0
"""Work that needs all hosts, or the database: scheduling, recovery."""
