# SPDX-License-Identifier: Apache-2.0
"""``django.utils.timezone.utc``, which Django 5.0 has removed.

sahara-dashboard calls its ``localize()``, which only the object of pytz has.
Django had that up to 3.2 and another one up to 4.2. Without it, the events of
a cluster are answered with 500, and the tab Cluster Events says that the event
log is not available. sahara-dashboard itself needs pytz.
"""

from django.utils import timezone
import pytz


def apply() -> None:
    """Put the object of pytz back where Django has none."""
    if not hasattr(getattr(timezone, 'utc', None), 'localize'):
        timezone.utc = pytz.utc
