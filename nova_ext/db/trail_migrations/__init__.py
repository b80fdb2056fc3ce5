# SPDX-License-Identifier: Apache-2.0
"""Alembic revisions of a database of the trail."""
