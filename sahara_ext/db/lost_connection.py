# SPDX-License-Identifier: Apache-2.0
"""Retries of transactions whose connection to the database was lost."""

import functools

from oslo_db import api

_retry = functools.partial(
    api.wrap_db_retry,
    max_retries=20,
    retry_interval=0.1,
    inc_retry_interval=True,
    max_retry_interval=2,
    retry_on_disconnect=True,
)

#: Decorates a function of the facade that is idempotent: a transaction whose
#: connection is lost may have been committed. It is not for a part of a
#: larger transaction.
recover = _retry()

#: The same for a function outside the facade, which retries deadlocks.
recover_all = _retry(retry_on_deadlock=True)
