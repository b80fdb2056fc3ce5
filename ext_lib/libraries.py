# SPDX-License-Identifier: Apache-2.0
"""Libraries, as the processes of these services import them."""

import gc
import logging
import os
import warnings

#: New objects, less the freed ones, after which the interpreter searches for
#: garbage while a process starts. Some hundred thousand come to stay then; the
#: default has them searched again and again, which takes a tenth of the time,
#: and finds next to nothing.
_NEW_OBJECTS = 500_000
_USUAL = gc.get_threshold()


def prepare() -> None:
    """Have libraries imported quickly and quietly from now on.

    Call it before anything imports a library. Processes of other programs, as
    nova-api with the tasks filter, decide for themselves.
    """
    gc.set_threshold(_NEW_OBJECTS)
    # Imported by futurist and oslo.service where it is installed, which it is
    # as a requirement of theirs; nothing of ours uses it. Its resolver of
    # names is the most of it.
    os.environ.setdefault('EVENTLET_NO_GREENDNS', 'yes')
    _silence()


def have_been_loaded() -> None:
    """Search for garbage as usual, but not in what the start has left.

    So that the pages it is in stay shared between workers that a WSGI server
    forks afterwards, and no search goes through it.
    """
    gc.freeze()
    gc.set_threshold(*_USUAL)


def _silence() -> None:
    """Keep notices that no operator can act on out of the log."""
    warnings.filterwarnings('ignore', r'\s*Eventlet is deprecated')
    logging.getLogger('oslo_service.backend').setLevel(logging.WARNING)
    # Of sqlalchemy-migrate, which will not change any more.
    warnings.filterwarnings('ignore', 'pkg_resources is deprecated')
