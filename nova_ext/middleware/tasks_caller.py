# SPDX-License-Identifier: Apache-2.0
"""Whose request it is."""

from typing import Any

from oslo_middleware import request_id

from ext_lib import context
from ext_lib import policy


def caller(
    environ: dict[str, Any], enforcer: policy.Enforcer | None = None
) -> context.RequestContext:
    """Return the identity that an authenticated request came with.

    :param enforcer: tells what the caller may do, where that matters
    """
    found: context.RequestContext = context.RequestContext.from_environ(
        environ,
        enforcer=enforcer,
        request_id=environ.get(request_id.ENV_REQUEST_ID),
        global_request_id=environ.get(request_id.GLOBAL_REQ_ID),
        # The thread's own context is the application's.
        overwrite=False,
    )
    if enforcer is not None:
        found.is_admin = enforcer.authorize(
            'context_is_admin', {}, found, fatal=False
        )
    return found
