# SPDX-License-Identifier: Apache-2.0
"""Notices of libraries about libraries, which no operator can act on."""

import logging
import warnings


def silence() -> None:
    """Keep them off standard error and out of the log of this process.

    Call it before anything imports oslo.messaging. Processes of other
    programs, as nova-api with the tasks filter, decide for themselves.
    """
    # Imported by futurist and oslo.service where it is installed, which it is
    # as a requirement of theirs; nothing of ours uses it.
    warnings.filterwarnings('ignore', r'\s*Eventlet is deprecated')
    logging.getLogger('oslo_service.backend').setLevel(logging.WARNING)
    # Of sqlalchemy-migrate, which will not change any more.
    warnings.filterwarnings('ignore', 'pkg_resources is deprecated')
