# SPDX-License-Identifier: Apache-2.0
"""The application as Django loads it."""

import importlib

from django import apps

from ext_dashboard import repairs


class ExtDashboardConfig(apps.AppConfig):
    """The plugin, which repairs what it builds upon when Django starts."""

    name = 'ext_dashboard'

    def ready(self) -> None:
        """Repair sahara-dashboard, where it is installed."""
        if not apps.apps.is_installed('sahara_dashboard'):
            return
        for name in repairs.MODULES:
            importlib.import_module(f'{repairs.__name__}.{name}').apply()
