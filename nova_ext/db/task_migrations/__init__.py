# SPDX-License-Identifier: Apache-2.0
"""Alembic revisions of a database that has the tables of tasks alone."""
