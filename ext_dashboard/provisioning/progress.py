# SPDX-License-Identifier: Apache-2.0
"""The progress of a cluster, and its failures, as the tab shows them."""

import types
from typing import Any, Final

from django import urls
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.utils.translation import pgettext

from ext_dashboard import times
from osc_ext import cluster_steps

#: Statuses of a cluster in which nothing is done to it.
_ENDED: Final = ('Active', 'Error')


def shown(cluster_id: str, progress: dict[str, Any]) -> dict[str, Any]:
    """Return the progress of a cluster.

    :param progress: as the data processing API answers it
    """
    raw = progress.get('provisioning_progress') or []
    steps = [_step(cluster_id, step) for step in raw]
    percentage = progress.get('provisioning_percentage') or 0
    why = progress.get('status_description') or ''
    status = progress.get('status') or ''
    return {
        'status': status,
        'description': why,
        'percentage': percentage,
        'percentage_text': _('%(percentage)d %%') % {'percentage': percentage},
        'has_ended': status in _ENDED,
        'has_failed': _has_failed(status, percentage, why),
        'as_of': times.now(),
        'version': _version(progress),
        'summary': _summary(status, steps),
        'steps': steps,
    }


def failure(event: dict[str, Any]) -> dict[str, Any]:
    """Return the failure of an instance.

    :param event: as the data processing API answers it
    """
    reason, details = _parts(event)
    instance_id = event.get('instance_id')
    return {
        'id': event['id'],
        'instance': event.get('instance_name') or _('All instances'),
        'instance_address': instance_id
        and _address('instances:detail', instance_id),
        'time': times.moment(event.get('created_at')),
        'reason': reason,
        'error_id': event.get('error_id') or '',
        'details': details,
    }


def _step(cluster_id: str, step: dict[str, Any]) -> dict[str, Any]:
    figures = cluster_steps.figures(_attributes(step))
    total = figures.total or 0
    return {
        'id': step['id'],
        'name': figures.name,
        'type': _type(figures.step_type),
        'state': figures.state,
        'state_text': _state(figures.state),
        'completed': _percentage(figures.completed, total),
        'failed': _percentage(figures.failed, total),
        'failures': figures.failed,
        'counts': _counts(figures),
        'rate': _rate(figures),
        'elapsed': times.duration(figures.elapsed),
        'left': _left(figures),
        'address': _address('provisioning:failures', cluster_id, step['id']),
    }


def _address(name: str, *ids: str) -> str | None:
    """Return the address of a view; None where an id is no part of one."""
    try:
        return urls.reverse(f'horizon:project:{name}', args=ids)
    except urls.NoReverseMatch:
        return None


def _attributes(step: dict[str, Any]) -> types.SimpleNamespace:
    """Return a step with the attributes that its figures are made of."""
    return types.SimpleNamespace(
        name=step.get('step_name') or '',
        step_type=step.get('step_type') or '',
        completed=step.get('completed'),
        failed=step.get('failed'),
        total=step.get('total'),
        successful=step.get('successful'),
        duration=step.get('duration'),
        has_begun=step.get('started_at') is not None,
    )


def _version(progress: dict[str, Any]) -> str:
    """Return what changes whenever there is progress, but not with time."""
    counts = [
        f'{step.get("completed")}-{step.get("failed")}-{step.get("successful")}'
        for step in progress.get('provisioning_progress') or []
    ]
    return ' '.join([str(progress.get('status')), *counts])


def _percentage(count: int, total: int) -> float:
    return round(min(100.0, 100 * count / total), 1) if total else 0.0


def _counts(figures: cluster_steps.Figures) -> str:
    if not figures.total:
        return ''
    values = {
        'completed': figures.completed,
        'total': figures.total,
        'failed': figures.failed,
    }
    if not figures.failed:
        return _('%(completed)d of %(total)d') % values
    return (
        ngettext(
            '%(completed)d of %(total)d, %(failed)d failed',
            '%(completed)d of %(total)d, %(failed)d failed',
            figures.failed,
        )
        % values
    )


def _rate(figures: cluster_steps.Figures) -> str:
    if not figures.rate:
        return ''
    rate = formats.number_format(round(figures.rate, 1), decimal_pos=1)
    return _('%(rate)s/s') % {'rate': rate}


def _left(figures: cluster_steps.Figures) -> str:
    if figures.left is None:
        return ''
    return _('about %(time)s left') % {'time': times.duration(figures.left)}


def _state(state: str) -> str:
    return {
        cluster_steps.PLANNED: pgettext('state of a step', 'planned'),
        cluster_steps.RUNNING: pgettext('state of a step', 'running'),
        cluster_steps.DONE: pgettext('state of a step', 'done'),
        cluster_steps.FAILED: pgettext('state of a step', 'failed'),
    }[state]


def _type(step_type: str) -> str:
    return {
        'creating': pgettext('type of a step', 'creating'),
        'scaling': pgettext('type of a step', 'scaling'),
        'deleting': pgettext('type of a step', 'deleting'),
    }.get(step_type, step_type)


def _has_failed(status: str, percentage: int, why: str) -> bool:
    # After a scaling that failed a cluster is Active, and says why.
    if status == 'Active':
        return percentage < 100 and bool(why)
    return status == 'Error'


def _summary(status: str, steps: list[dict[str, Any]]) -> str:
    """Return what a screen reader says: it changes with steps only."""
    ended = sum(step['state'] == cluster_steps.DONE for step in steps)
    failed = [step for step in steps if step['failures']]
    values = {'status': status, 'done': ended, 'total': len(steps)}
    text = (
        ngettext(
            'Status %(status)s. %(done)d of %(total)d step done.',
            'Status %(status)s. %(done)d of %(total)d steps done.',
            len(steps),
        )
        % values
    )
    if not failed:
        return text
    names = ', '.join(dict.fromkeys(step['name'] for step in failed))
    return text + ' ' + _('Instances failed in: %(steps)s.') % {'steps': names}


def _parts(event: dict[str, Any]) -> tuple[str, str]:
    """Return the reason of a failure, and all else that is known of it."""
    info = (event.get('event_info') or '').strip()
    reason, _newline, rest = info.partition('\n')
    error_id = event.get('error_id')
    if error_id:
        # It has a place of its own.
        rest = rest.removeprefix(f'Error ID: {error_id}')
    return reason, rest.strip()
