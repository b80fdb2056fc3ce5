# SPDX-License-Identifier: Apache-2.0
"""A process that reports to a step, and prints what is acknowledged.

Each line is written at once, so that it outlives the process.
"""

import argparse
from concurrent import futures
import json
import os

from oslo_config import cfg
from oslo_db import options

from ext_lib.context import get_admin_context
from sahara_ext.db.facade import facade
from sahara_ext.progress import Progress
from sahara_ext.progress import Step
from sahara_ext.tests import recording


def main() -> None:
    """Report what the command line asks for, in an order of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument('url')
    parser.add_argument('step')
    parser.add_argument('threads', type=int)
    parser.add_argument('numbers', type=json.loads)
    parser.add_argument('--failing', type=json.loads, default=[])
    arguments = parser.parse_args()
    configure(arguments.url)
    step = Progress.attach(get_admin_context(), arguments.step)
    reports = [(number, True) for number in arguments.numbers]
    reports += [(number, False) for number in arguments.failing]
    with futures.ThreadPoolExecutor(arguments.threads) as pool:
        done = [pool.submit(report, step, *each) for each in reports]
    for future in done:
        future.result()
    say(has_completed=step.has_completed)


def configure(url: str) -> None:
    """Open the database of a test."""
    conf = cfg.ConfigOpts()
    conf.register_opts(options.database_opts, group='database')
    conf.set_override('connection', url, 'database')
    facade.configure(conf)


def report(step: Step, number: int, successful: bool) -> None:
    """Report of an instance, and say so once it is acknowledged."""
    instance = recording.instance(number)
    counted = None
    if successful:
        counted = step.succeed(instance)
    else:
        step.fail(instance, error=f'Instance {number} is broken.')
    say(number=number, successful=successful, counted=counted)


def say(**values: object) -> None:
    """Write a line, whole or not at all."""
    os.write(1, json.dumps(values).encode() + b'\n')


if __name__ == '__main__':
    main()
