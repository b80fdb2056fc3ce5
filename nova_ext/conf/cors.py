# SPDX-License-Identifier: Apache-2.0
"""Headers that pages of other origins may send and read."""

from ext_lib.wsgi import cors

DEFAULTS = cors.Defaults(
    ['X-OpenStack-Nova-API-Version', 'Task-tag', 'Idempotency-Key'],
    [
        'X-Compute-Request-Id',
        'X-OpenStack-Nova-API-Version',
        'Task-tag',
        'Task-id',
        'Task-repeat',
        'Link',
        'Idempotency-Replayed',
        'Idempotency-Request-Id',
        'Idempotency-Rebuilt',
        'Idempotency-Omitted',
    ],
)

#: Entry point of oslo.config: has the sample file show the defaults.
set_library_defaults = DEFAULTS.set_in_library
