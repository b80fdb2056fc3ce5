# SPDX-License-Identifier: Apache-2.0
"""Configuration of a process, with log and reports set up by it."""

from collections.abc import Callable, Mapping, Sequence
import os
import threading
from typing import Any

from oslo_config import cfg
from oslo_log import log
import oslo_messaging as messaging
from oslo_reports import guru_meditation_report
from oslo_reports import opts
from oslo_reports.models import with_default_views

from ext_lib import command_line
from ext_lib import log_lines
from ext_lib.db import reach
from ext_lib.startup import Program

_VENDOR = 'nova-ext'

_RegisterOpts = Callable[[cfg.ConfigOpts], None]


def _service_database(_conf: cfg.ConfigOpts) -> Sequence[str]:
    return ['database']


def register_opts(
    conf: cfg.ConfigOpts,
    register: _RegisterOpts,
    default_opts: Sequence[cfg.Opt],
) -> None:
    """Register the options of a service, with ``--host`` to name it.

    :param register: registers all options of the service
    :param default_opts: those in the section DEFAULT, ``host`` among them
    """
    _register_library_opts(conf)
    conf.register_cli_opts(opt for opt in default_opts if opt.name == 'host')
    register(conf)


def read_arguments(
    conf: cfg.ConfigOpts,
    argv: Sequence[str] | None,
    project: str,
    program: Program,
) -> None:
    """Read the command line of a service and the files it names.

    :param project: names the configuration file
    :raises cfg.Error: when a file or a value cannot be read
    :raises Misconfigured: when a file or a value is not understood
    :raises Misused: when an argument is not understood
    """
    command_line.parse(program, conf, argv, project)
    log_lines.setup(conf, _package(project))
    set_up_reports(conf, project)


def read_environment(
    conf: cfg.ConfigOpts,
    project: str,
    register: _RegisterOpts,
    databases: Callable[[cfg.ConfigOpts], Sequence[str]] = _service_database,
) -> None:
    """Read the files that the environment names, for a WSGI entry point.

    ``OS_<PACKAGE>_CONFIG_FILES`` has them, separated by semicolons.

    :param conf: the global one: oslo.messaging registers some of its options
        in no other
    :param project: names the configuration file that is read without it
    :param register: registers the options of the service
    :param databases: returns the sections of the databases that it needs
    """
    _register_library_opts(conf)
    register(conf)
    # A client that is asked to retry is served better than one kept waiting;
    # the next request tries the database again.
    conf.set_default('max_retries', 0, 'database')
    given = os.environ.get(f'OS_{_package(project).upper()}_CONFIG_FILES')
    files = given.split(';') if given else None
    command_line.read_files(conf, project, files)
    for group in databases(conf):
        reach.check(conf, group)
    log_lines.setup(conf, project)
    set_up_reports(conf, project)


def _register_library_opts(conf: cfg.ConfigOpts) -> None:
    log.register_options(conf)
    # With the first of these come the options of all; to find transport_url
    # in oslo.messaging's list would load the drivers of brokers, for which
    # the audit has no use.
    messaging.TransportURL(conf)


def _package(project: str) -> str:
    return project.replace('-', '_')


def set_up_reports(conf: cfg.ConfigOpts, product: str) -> None:
    """Have SIGUSR2 write a report: threads, memory and configuration.

    It goes to standard error, or to a file in ``[oslo_reports] log_dir``,
    named after the product and the process. ``file_event_handler`` there
    names a file to touch instead, for programs whose signals belong to a WSGI
    server. Secrets are masked.

    :param product: the service, as the report names it
    :raises OSError: when ``file_event_handler`` names no file
    """
    opts.set_defaults(conf)
    _Report.setup_autorun(
        _Version(product),
        service_name=product,
        conf=conf,
        setup_signal=threading.current_thread() is threading.main_thread(),
    )


def add_to_reports(title: str, read: Callable[[], Mapping[str, str]]) -> None:
    """Have reports of this process show a section of names and values.

    :param title: of the section, in place of one that had it before
    :param read: returns what is shown; it is called in a signal handler,
        possibly while locks are held
    """
    others = [
        section
        for section in getattr(_Report, 'persistent_sections', [])
        if section[0] != title
    ]
    _Report.persistent_sections = others
    _Report.register_section(
        title, lambda: with_default_views.ModelWithDefaultViews(dict(read()))
    )


class _Report(guru_meditation_report.TextGuruMeditation):
    """A report whose file no other process writes to."""

    @classmethod
    def handle_signal(
        cls,
        version: Any,
        service_name: str | None,
        log_dir: str | None,
        frame: Any,
    ) -> None:
        # Web servers may fork after the handler has been set up.
        name = f'{service_name}-{os.getpid()}'
        super().handle_signal(version, name, log_dir, frame)


class _Version:
    """Version of the programs, for oslo.reports."""

    def __init__(self, product: str) -> None:
        self._product = product

    def vendor_string(self) -> str:
        return _VENDOR

    def product_string(self) -> str:
        return self._product

    def version_string_with_package(self) -> str:
        return command_line.release()
