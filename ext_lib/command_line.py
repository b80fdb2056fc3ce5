# SPDX-License-Identifier: Apache-2.0
"""The command line of a program, and the configuration files it names."""

import argparse
from collections.abc import Iterator, Sequence
import contextlib
import functools
import io
import re
import sys
import textwrap
from typing import Any, NoReturn

from oslo_config import cfg
from oslo_log import log as logging
from pbr import version

from ext_lib import config_names
from ext_lib.startup import Program
from ext_lib.startup_errors import Misconfigured
from ext_lib.startup_errors import Misused

#: All programs come with it, and have its version.
_DISTRIBUTION = 'nova-ext'
#: Where the help of one option begins.
_OPTION = re.compile(r'^  (?=-)', re.MULTILINE)
#: Where argparse begins what it says of an option, and where it ends.
_COLUMN = 24
_WIDTH = 79
_LOG_TITLE = 'log options:\n'
_NAME = re.compile(r'--(no)?([\w-]+)')


@functools.cache
def release() -> str:
    """Return the version of the programs."""
    return str(version.VersionInfo(_DISTRIBUTION).release_string())


def parse(
    program: Program,
    conf: cfg.ConfigOpts,
    argv: Sequence[str] | None,
    project: str,
) -> None:
    """Read the command line, and the files and variables it stands for.

    ``--help`` and ``--version`` end the process.

    :param argv: that of the process if None
    :param project: names the configuration file
    :raises cfg.Error: when a file or a value cannot be read
    :raises Misconfigured: when a file or a value is not understood
    :raises Misused: when an argument is not understood
    """
    with _one_line_of_usage(program), _short_help(program):
        _read(
            conf,
            argv,
            project=project,
            prog=program.name,
            version=f'{program.name} {release()}',
            description=program.description,
        )


def read_files(
    conf: cfg.ConfigOpts, project: str, files: Sequence[str] | None
) -> None:
    """Read configuration files where there is no command line.

    :param project: names the configuration file
    :param files: to read instead of it, unless None
    :raises cfg.Error: when a file cannot be read
    :raises Misconfigured: when it is not understood
    """
    _read(conf, [], project=project, default_config_files=files)


def _read(conf: cfg.ConfigOpts, *args: Any, **kwargs: Any) -> None:
    try:
        conf(*args, **kwargs)
        config_names.check(conf)
    except OSError as error:
        raise Misconfigured(f'{error.filename}: {error.strerror}.') from error
    except UnicodeDecodeError as error:
        raise Misconfigured(
            f'A configuration file is not in UTF-8: {error}.'
        ) from error


def port(text: str) -> int:
    """Return the port ``text`` names; 0 for a free one.

    :raises argparse.ArgumentTypeError: when there is no such port
    """
    if not (text.isdecimal() and len(text) < 6 and int(text) < 65536):
        raise argparse.ArgumentTypeError(f'{text} is not 0-65535')
    return int(text)


class Parser(argparse.ArgumentParser):
    """A parser for a program with options that oslo.config does not have.

    Log options of oslo.config come last in its help, unless ``epilog`` is
    given. Errors are raised as Misused.
    """

    def __init__(self, program: Program, **kwargs: Any) -> None:
        super().__init__(
            program.name,
            usage='%(prog)s [OPTIONS]',
            description=textwrap.fill(program.description, _WIDTH),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **{'epilog': _log_help(), **kwargs},
        )
        self.add_argument(
            '--version', action='version', version=f'%(prog)s {release()}'
        )

    def error(self, message: str) -> NoReturn:
        """Raise Misused."""
        raise Misused(f'{message}. See {self.prog} --help.')


@contextlib.contextmanager
def _one_line_of_usage(program: Program) -> Iterator[None]:
    """Raise what argparse says about a wrong argument, without the usage."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            yield
    except SystemExit as error:
        if error.code in (None, 0):
            raise
        _, _, message = said.getvalue().rpartition('error: ')
        raise Misused(
            f'{message.strip()}. See {program.name} --help.'
        ) from error


@contextlib.contextmanager
def _short_help(program: Program) -> Iterator[None]:
    """Print the help of a program with the options of the log last."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            yield
    finally:
        text = said.getvalue()
        if text.startswith(f'usage: {program.name} [-h]'):
            text = _shortened(program.name, text)
        sys.stdout.write(text)


def _shortened(name: str, text: str) -> str:
    usage, _, rest = text.partition('\n\n')
    command = ' COMMAND' if usage.rstrip().endswith('...') else ''
    before, *options = _OPTION.split(rest)
    # Commands stand behind the last option.
    last, separator, commands = options.pop().partition('\n\n')
    others, logs = _in_brief([*options, last])
    parts = [
        f'usage: {name} [OPTIONS]{command}\n\n{before}{others}',
        # Some libraries give theirs no title.
        re.sub('^:', 'Commands:', f'\n{commands}', flags=re.MULTILINE)
        if separator
        else '',
        f'\n{_LOG_TITLE}{logs}',
    ]
    return ''.join(parts)


def _log_help() -> str:
    """Return the help of the log options alone."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        conf = cfg.ConfigOpts()
        logging.register_options(conf)
        conf(['--help'], prog='log', default_config_files=[])
    _others, logs = _in_brief(_OPTION.split(said.getvalue())[1:])
    return f'{_LOG_TITLE}{logs}'


def _in_brief(options: Sequence[str]) -> tuple[str, str]:
    """Return the help of those options that are not of the log, and of those.

    Options that turn another one off are left out.
    """
    texts = {True: '', False: ''}
    for option in options:
        if not option.startswith('--no'):
            texts[_is_of_logs(option)] += _first_sentence(option)
    return texts[False], texts[True]


def _first_sentence(option: str) -> str:
    names, _, text = re.sub(r'\s\s+', '\n', option).partition('\n')
    sentence = re.split(r'(?<=\.)\s', ' '.join(text.split()))[0]
    first = f'  {names:{_COLUMN - 4}}  '
    if len(names) > _COLUMN - 4:
        first = f'  {names}\n{"":{_COLUMN}}'
    lines = textwrap.wrap(sentence, _WIDTH - _COLUMN) or ['']
    indented = f'\n{"":{_COLUMN}}'.join(lines)
    return f'{first}{indented}'.rstrip() + '\n'


def _is_of_logs(option: str) -> bool:
    found = _NAME.search(option)
    return found is not None and found[2].replace('-', '_') in _LOG_OPTIONS


def _log_options() -> frozenset[str]:
    conf = cfg.ConfigOpts()
    logging.register_options(conf)
    return frozenset(conf)


_LOG_OPTIONS = _log_options()
