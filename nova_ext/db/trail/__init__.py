# SPDX-License-Identifier: Apache-2.0
"""The trail: a copy of the records of cells, kept after their purge."""
