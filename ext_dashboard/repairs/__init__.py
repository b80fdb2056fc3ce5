# SPDX-License-Identifier: Apache-2.0
"""Repairs of sahara-dashboard 19.0.0, its last release.

Each module says what it repairs, and has ``apply()``, which changes nothing a
second time. Nothing is imported here: Django has to load applications first.
"""

#: The modules, in the order in which they are applied.
MODULES = ('timezone_utc', 'cluster_events', 'cluster_tabs')
