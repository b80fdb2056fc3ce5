# SPDX-License-Identifier: Apache-2.0
"""Exit statuses of commands, and the exception that ends with one."""

import argparse
import logging
from typing import Any, Final

from openstack import exceptions as sdk_exceptions

from osc_ext import exceptions

LOG = logging.getLogger(__name__)

SUCCESS: Final = 0
#: The operation has failed, or the request has.
ERROR: Final = 1
#: The operation has not ended in time.
TIMED_OUT: Final = 2
#: The command line, or the cloud that it names, does not permit the command.
UNUSABLE: Final = 2
#: There is no such server, tag or cluster, or none any more.
NOT_FOUND: Final = 3

_STATUSES: Final = (
    (exceptions.InvalidTag, UNUSABLE),
    (exceptions.TasksNotSupported, UNUSABLE),
    (exceptions.AuditNotSupported, UNUSABLE),
    (exceptions.ServiceNotFound, UNUSABLE),
    (sdk_exceptions.NotFoundException, NOT_FOUND),
    (sdk_exceptions.ResourceTimeout, TIMED_OUT),
)


class Ended(Exception):
    """The end of a command, with a line for the user.

    :param status: exit status
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class StatusMixin:
    """A command whose exit status may be other than 0 and 1.

    ``status`` is that of a command that has printed all it had to.
    """

    status = SUCCESS
    #: Stands below the options in the help; what is indented stays as it is.
    examples = ''

    def get_epilog(self) -> str:
        """Return what stands below the options."""
        more: str = super().get_epilog()  # type: ignore[misc]
        return f'{self.examples}\n{more}'.strip()

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser of the arguments."""
        parser: argparse.ArgumentParser
        parser = super().get_parser(prog_name)  # type: ignore[misc]
        parser.formatter_class = _with_examples(parser.formatter_class)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; return its exit status."""
        try:
            status: int = super().run(parsed_args)  # type: ignore[misc]
        except Ended as end:
            LOG.error('%s', end)
            return end.status
        except sdk_exceptions.SDKException as error:
            for kind, status in _STATUSES:
                if isinstance(error, kind):
                    LOG.error('%s', _line(error))
                    return status
            raise
        return status or self.status


def _with_examples(formatter: Any) -> Any:
    """Return a formatter of help that does not fill what is indented."""

    class Formatter(formatter):
        def _fill_text(self, text: str, width: int, indent: str) -> str:
            return '\n\n'.join(
                part
                if part.startswith(' ')
                else str(
                    super(Formatter, self)._fill_text(part, width, indent)
                )
                for part in text.strip().split('\n\n')
            )

    return Formatter


def _line(error: Any) -> str:
    """Return what an error says, in one line."""
    text = getattr(error, 'details', None) or getattr(error, 'message', None)
    return ' '.join(str(text or error).split())
