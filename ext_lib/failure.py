# SPDX-License-Identifier: Apache-2.0
"""The texts that are recorded of an error."""

import traceback

from ext_lib import exception


def summary(error: BaseException) -> str:
    """Return an error in one line that does not give secrets away.

    :returns: the message of an error of this project; of any other, whose
        text may hold what a user must not see, the name of the class
    """
    if isinstance(error, exception.Error):
        return ' '.join(error.message.split())
    return type(error).__name__


def trace(error: BaseException) -> str:
    """Return the stack frames of an error, then its class and message.

    An error that was never raised, like one that stands for a process that
    has ended, has no frames.
    """
    frames = traceback.format_tb(error.__traceback__)
    return ''.join([*frames, *traceback.format_exception_only(error)])
