# SPDX-License-Identifier: Apache-2.0
"""The schema since alembic took over."""
