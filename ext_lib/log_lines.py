# SPDX-License-Identifier: Apache-2.0
"""Lines of the log that only the program begins.

What clients send gets into messages, errors and contexts. A control character
in it could begin a line of its own, or rewrite others on a terminal.
"""

import copy
import logging
import re
from typing import Any

from oslo_config import cfg
from oslo_log import log

#: What does not show, moves the cursor, changes the direction of text, or is
#: half of a character.
_CONTROLS = (
    '\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f'
    '\ufeff\ufff9-\ufffb\ud800-\udfff'
)
_CONTROL = re.compile(f'[{_CONTROLS}]')
_CONTROL_IN_LINES = re.compile(f'(?!\n)[{_CONTROLS}]')
#: Attributes of a record with the colours of a terminal, by oslo.log.
_COLORS = frozenset({'color', 'reset_color'})


def setup(conf: cfg.ConfigOpts, product: str) -> None:
    """Set up logging as ``conf`` says, with control characters escaped.

    :param product: the name of the program, for formats that show it
    :raises LogConfigError: when ``log_config_append`` cannot be read
    """
    log.setup(conf, product)
    for handler in _handlers():
        _protect(handler)


def _handlers() -> list[logging.Handler]:
    # log_config_append may give any logger handlers of its own.
    names = list(logging.root.manager.loggerDict)
    loggers = [logging.root, *map(logging.getLogger, names)]
    return [handler for logger in loggers for handler in logger.handlers]


def _protect(handler: logging.Handler) -> None:
    formatter = handler.formatter or logging.Formatter()
    kind = type(formatter)
    if not issubclass(kind, Escaping):
        # Whatever formatter is configured keeps its form.
        formatter.__class__ = type(kind.__name__, (Escaping, kind), {})
    handler.setFormatter(formatter)


class Escaping(logging.Formatter):
    """Formatter that escapes the control characters of messages.

    Tracebacks keep their line feeds; oslo.log begins each of their lines with
    a prefix of its own.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of a record, without a traceback."""
        line = super().formatMessage(record)
        if line.isprintable():
            # As nearly all are; then nothing in it is to be escaped.
            return line
        escaped = copy.copy(record)
        for name, value in vars(record).items():
            if isinstance(value, str) and name not in _COLORS:
                setattr(escaped, name, escape(value))
        return super().formatMessage(escaped)

    def formatException(self, ei: Any, **more: Any) -> str:
        """Return the lines of a traceback."""
        return _CONTROL_IN_LINES.sub(
            _escaped, super().formatException(ei, **more)
        )

    def formatStack(self, stack_info: str) -> str:
        """Return the lines of a stack."""
        return _CONTROL_IN_LINES.sub(_escaped, super().formatStack(stack_info))


def escape(text: str) -> str:
    """Return ``text`` with its control characters as Python writes them."""
    return _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode('unicode_escape').decode()
