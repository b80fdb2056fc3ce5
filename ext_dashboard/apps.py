# SPDX-License-Identifier: Apache-2.0
"""The application as Django loads it."""

import importlib

from django import apps


class ExtDashboardConfig(apps.AppConfig):
    """The plugin, which repairs what it builds upon when Django starts."""

    name = 'ext_dashboard'

    def ready(self) -> None:
        """Repair sahara-dashboard, where it is installed."""
        if apps.apps.is_installed('sahara_dashboard'):
            importlib.import_module('ext_dashboard.repairs').apply()
