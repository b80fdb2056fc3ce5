# SPDX-License-Identifier: Apache-2.0
"""The schema up to the day alembic took over; sqlalchemy-migrate runs it."""
