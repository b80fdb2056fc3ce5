# SPDX-License-Identifier: Apache-2.0
"""Going on when the connection to the database was lost."""

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

#: Decorates a function of the facade that may be repeated: a transaction
#: whose connection is lost may have been committed. It is not for a part of
#: a larger transaction.
recover = _retry()

#: The same for what is not the facade's, which repeats what deadlocks.
recover_all = _retry(retry_on_deadlock=True)
