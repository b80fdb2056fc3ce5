# SPDX-License-Identifier: Apache-2.0
"""The progress of the work on clusters, reported for users.

Code that works on a cluster holds a :class:`Progress`, opens its steps one
after the other, and reports each instance's success or failure to the step::

    with progress.step('Starting DataNodes', len(instances)) as step:
        for instance in instances:
            with step.event(instance):
                start(instance)

Everything may be shared by threads, and several processes may report to one
step.
"""

from sahara_ext.progress.progress import Progress
from sahara_ext.progress.step import Event
from sahara_ext.progress.step import Step

__all__ = ['Event', 'Progress', 'Step']
