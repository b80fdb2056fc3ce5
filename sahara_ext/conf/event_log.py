# SPDX-License-Identifier: Apache-2.0
"""Options of the event log of clusters."""

from oslo_config import cfg

GROUP = cfg.OptGroup('event_log', title='What happened to clusters')

DEFAULT_OPTS = [
    cfg.BoolOpt(
        'disable_event_log',
        default=False,
        help='Do not record the steps of clusters and what happens in them. '
        'What is recorded already stays readable.',
    ),
]

EVENT_LOG_OPTS = [
    cfg.IntOpt(
        'cleanup_interval',
        default=600,
        min=0,
        help='Seconds between two clean-ups, which remove the events of steps '
        'that were completed successfully. 0 for none.',
    ),
    cfg.IntOpt(
        'cleanup_age',
        default=3600,
        min=0,
        help='Seconds that events stay after the end of their step.',
    ),
    cfg.IntOpt(
        'cleanup_chunk',
        default=1000,
        min=1,
        help='How many events are removed in one transaction.',
    ),
]
