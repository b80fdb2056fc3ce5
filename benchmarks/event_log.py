# SPDX-License-Identifier: Apache-2.0
"""Benchmark of recording and reading the progress of clusters.

Compared on one MariaDB are the recorder of sahara_ext with few and with many
events stored, and, if SAHARA_PYTHON names the Python of an environment that
has it, sahara 19.0.0. See README.rst.
"""

from collections.abc import Callable, Iterator
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

import comparison
import worker

from ext_lib.db import fixture

ROUNDS = int(os.environ.get('ROUNDS', '15'))
#: How many events are stored in the database that has many.
MANY = int(os.environ.get('EVENTS', '1000000'))
_WARM_UP = 2
_STEPS = 6
_EVENTS = 1000
_FEW = 1000
#: How often a read is repeated each time.
_READS = 20
_SERVER = os.environ.get(
    'EVENT_LOG_DB_URL',
    'mysql+pymysql://openstack_citest:openstack_citest@127.0.0.1/'
    'openstack_citest',
)
_HERE = pathlib.Path(__file__).parent
_MOST = 3


def _say(line: str) -> None:
    sys.stdout.write(f'{line}\n')
    sys.stdout.flush()


def main() -> int:
    """Compare; return 1 when a target is missed."""
    with contextlib.ExitStack() as stack:
        few, many = (
            stack.enter_context(_recorder(busy)) for busy in (_FEW, MANY)
        )
        results = [_reading(few), *_growing(few, many), *_statements(few)]
        python = os.environ.get('SAHARA_PYTHON')
        if python:
            sahara = stack.enter_context(_sahara(python))
            results += _comparing(few, sahara)
        else:
            _say(
                'SAHARA_PYTHON names no Python that has sahara 19.0.0: what '
                'the recorder is compared with is left out.'
            )
    return 0 if all(results) else 1


@contextlib.contextmanager
def _database() -> Iterator[str]:
    url = fixture.create_database(_SERVER)
    try:
        yield url
    finally:
        fixture.drop_database(url)


@contextlib.contextmanager
def _recorder(busy: int) -> Iterator[worker.Worker]:
    with _database() as url:
        side = worker.Worker(
            sys.executable, str(_HERE / 'event_log_recorder.py'), url
        )
        with contextlib.closing(side):
            side.ask('fill', _STEPS, _EVENTS, busy)
            yield side


@contextlib.contextmanager
def _sahara(python: str) -> Iterator[worker.Worker]:
    with _database() as url, tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory, 'sahara.conf')
        path.write_text(f'[database]\nconnection = {url}\n')
        subprocess.run(  # noqa: S603 (what the caller names)
            [
                pathlib.Path(python).with_name('sahara-db-manage'),
                '--config-file',
                path,
                'upgrade',
                'head',
            ],
            check=True,
            capture_output=True,
        )
        side = worker.Worker(
            python, str(_HERE / 'event_log_sahara.py'), str(path)
        )
        with contextlib.closing(side):
            side.ask('fill', _STEPS, _EVENTS)
            yield side


def _way(side: worker.Worker, task: str, *count: int) -> comparison.Way:
    # What is compared is the time one event, or one read, takes.
    each = count[0] if count else 1
    return lambda _chance: side.ask(task, *count) / each


def _compare(
    what: str,
    one: comparison.Way,
    other: comparison.Way,
    is_good: Callable[[float], bool],
    target: str,
) -> bool:
    times = comparison.alternate(
        {'one': one, 'other': other}, ROUNDS, _WARM_UP
    )
    ratio = comparison.ratio(times['one'], times['other'])
    _say(f'{what}: {ratio}; target {target}')
    return is_good(ratio.value)


def _reading(few: worker.Worker) -> bool:
    return _compare(
        'Counts of 6 steps, as a multiple of a bare SELECT and json',
        _way(few, 'counts', _READS),
        _way(few, 'bare', _READS),
        lambda ratio: ratio <= 3,
        'at most 3',
    )


def _growing(few: worker.Worker, many: worker.Worker) -> Iterator[bool]:
    tasks = {
        'An event': ('one_by_one_in_busy_step', 50),
        'An event of a batch': ('batch', 500),
        'Counts': ('counts', _READS),
        'A page of events': ('page', _READS),
    }
    for name, task in tasks.items():
        yield _compare(
            f'{name} with {MANY} events stored, as a multiple of {_FEW}',
            _way(many, *task),
            _way(few, *task),
            lambda ratio: ratio <= 1.5,
            'at most 1.5',
        )


def _statements(few: worker.Worker) -> Iterator[bool]:
    for read, count in few.ask('statements').items():
        _say(f'Statements for {read}: {count}; target at most {_MOST}')
        yield count <= _MOST


def _comparing(few: worker.Worker, sahara: worker.Worker) -> Iterator[bool]:
    upstream = _way(sahara, 'one_by_one', 30)
    for name, task, factor in (
        ('One by one', ('one_by_one', 200), 20),
        ('16 threads that wait for each', ('threads', 2000), 100),
        ('Acknowledged in batches', ('batch', 5000), 100),
    ):
        yield _compare(
            f'{name}, events in the time of one of sahara',
            upstream,
            _way(few, *task),
            lambda ratio, factor=factor: ratio >= factor,
            f'at least {factor}',
        )
    yield _compare(
        'Clusters read with their progress in the time of one of sahara',
        _way(sahara, 'progress'),
        _way(few, 'progress', _READS),
        lambda ratio: ratio >= 1,
        'at least 1',
    )
    count = sahara.ask('statements')
    _say(f'Statements of sahara for a cluster with its progress: {count}')


if __name__ == '__main__':
    sys.exit(main())
