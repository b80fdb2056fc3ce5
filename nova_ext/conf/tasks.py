# SPDX-License-Identifier: Apache-2.0
"""Options of the tasks filter."""

from oslo_config import cfg

GROUP = cfg.OptGroup('tasks', title='Tasks: requests that change servers')

OPTS = [
    cfg.IntOpt(
        'request_timeout',
        default=300,
        min=1,
        help='Seconds after which a request without an answer counts as lost, '
        'unless the process that worked on it is known to have ended, or to '
        'be at work, before. Give it more than the longest request takes.',
    ),
    cfg.IntOpt(
        'tag_lifetime',
        default=86400,
        min=1,
        help='Seconds for which a tag protects its request from being '
        'carried out again, counted from the end of the task.',
    ),
    cfg.IntOpt(
        'key_lifetime',
        min=1,
        help='Seconds for which a repeat with the same Idempotency-Key gets '
        'the first answer, counted from the first request. Unless set, it is '
        'as long as tag_lifetime.',
    ),
    cfg.IntOpt(
        'max_stored_answer',
        default=16384,
        min=0,
        max=65535,
        help='Bytes of the body of an answer that are stored for repeats with '
        'the same Idempotency-Key. In the place of a longer one a repeat gets '
        'an answer made from the outcome of the request.',
    ),
    cfg.IntOpt(
        'store_timeout',
        default=5,
        min=1,
        help='Seconds to wait for the database, for a connection and for each '
        "answer, where tasks stand in another service's pipeline. What the "
        'URL of the database says of timeouts goes first.',
    ),
    cfg.IntOpt(
        'store_retry_interval',
        default=10,
        min=0,
        help='Seconds for which a process of another service does not try to '
        'reach the database again after it has waited for a connection in '
        'vain. Meanwhile requests without a tag are carried out without a '
        'task, and those with one are refused. The log hears of failures no '
        'more often than that, either.',
    ),
    cfg.IntOpt(
        'unread_lifetime',
        default=30 * 86400,
        min=1,
        help='Seconds after which "nova-ext-manage db purge_tasks" also '
        'removes tasks whose end no client has read.',
    ),
    cfg.IntOpt(
        'max_wait',
        default=30,
        min=0,
        help='The most seconds that a request for tasks with the parameter '
        '"wait" waits for one of them to change. Give it less than proxies '
        'on the way wait for an answer; with 0 none waits.',
    ),
    cfg.IntOpt(
        'max_waiting',
        default=4,
        min=0,
        help='How many requests for tasks wait at a time, at most, in each '
        'process; others are answered at once. Each has a thread meanwhile, '
        'so give it less than the process has. In a process of one thread '
        'none waits.',
    ),
]


def key_lifetime(conf: cfg.ConfigOpts) -> int:
    """Return the seconds for which an idempotency key protects a request."""
    found: int = conf.tasks.key_lifetime or conf.tasks.tag_lifetime
    return found
