# SPDX-License-Identifier: Apache-2.0
"""What a process is doing right now, written down when it is asked to."""

import threading

from oslo_config import cfg
from oslo_reports import guru_meditation_report
from oslo_reports import opts
from pbr import version


def setup(conf: cfg.ConfigOpts, package: str) -> None:
    """Have SIGUSR2 write a report: threads, memory and configuration.

    It goes to standard error, or to a file in ``[oslo_reports] log_dir``.
    ``file_event_handler`` there names a file to touch instead, for programs
    whose signals belong to a WSGI server. Secrets are masked.

    :param package: the distribution whose version is written
    """
    opts.set_defaults(conf)
    guru_meditation_report.TextGuruMeditation.setup_autorun(
        _Version(package),
        conf=conf,
        setup_signal=threading.current_thread() is threading.main_thread(),
    )


class _Version:
    """What oslo.reports asks of a version."""

    def __init__(self, package: str) -> None:
        self._package = package

    def vendor_string(self) -> str:
        return self._package

    def product_string(self) -> str:
        return self._package

    def version_string_with_package(self) -> str:
        return str(version.VersionInfo(self._package).release_string())
