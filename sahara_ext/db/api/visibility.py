# SPDX-License-Identifier: Apache-2.0
"""Conditions of visible rows: those of the project, and public ones."""

from typing import Any

import sqlalchemy as sa

from ext_lib.context import RequestContext
from ext_lib.db import query


def is_own(context: RequestContext, model: Any) -> Any:
    """Return the condition that a row is one of the caller's project."""
    return query.equals(model.project_id, context.project_id or ())


def is_public(model: Any) -> Any:
    """Return the condition that all projects see a row."""
    return query.equals(model.is_public, True)


def is_visible(context: RequestContext, model: Any) -> Any:
    """Return the condition that the caller sees a row."""
    return sa.or_(is_own(context, model), is_public(model))
