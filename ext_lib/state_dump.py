# SPDX-License-Identifier: Apache-2.0
"""Reports of what a process is doing, on demand."""

import os
import threading
from typing import Any

from oslo_config import cfg
from oslo_reports import guru_meditation_report
from oslo_reports import opts

from ext_lib import command_line

_VENDOR = 'nova-ext'


def setup(conf: cfg.ConfigOpts, product: str) -> None:
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
