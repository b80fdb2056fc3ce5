# SPDX-License-Identifier: Apache-2.0
"""Rows as a cloud would have written them, for tests without one."""

import datetime
from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils

from nova_ext.db import models
from nova_ext.tests import base

HOST = 'host1'
_BEGIN = datetime.datetime(2020, 1, 1, 12, 0, 0, 123456)  # noqa: DTZ001
_SECOND = datetime.timedelta(seconds=1)


def moment(number: int) -> datetime.datetime:
    """Return one of a series of moments, a second apart."""
    return _BEGIN + number * _SECOND


def server(**columns: Any) -> models.Instance:
    """Return a server that runs, of the user of tests."""
    return models.Instance(
        **{
            'uuid': uuidutils.generate_uuid(),
            'display_name': 'new-server-test',
            'hostname': 'new-server-test',
            'user_id': base.USER,
            'project_id': base.PROJECT,
            'image_ref': '70a599e0-31e7-49b7-b260-868f441e862b',
            'vm_state': 'active',
            'power_state': 1,
            'instance_type_id': 1,
            'memory_mb': 512,
            'vcpus': 1,
            'root_gb': 1,
            'ephemeral_gb': 0,
            'launch_index': 0,
            'reservation_id': 'r-12345678',
            'root_device_name': '/dev/vda',
            'host': HOST,
            'node': HOST,
            'created_at': moment(0),
            'updated_at': moment(1),
            'launched_at': moment(1),
            'locked': False,
            'auto_disk_config': False,
            **columns,
        }
    )


def service(
    host: str, binary: str = 'nova-compute', **columns: Any
) -> models.Service:
    """Return a service that is up."""
    return models.Service(
        **{
            'uuid': uuidutils.generate_uuid(),
            'host': host,
            'binary': binary,
            'topic': binary.removeprefix('nova-'),
            'report_count': 1,
            'created_at': moment(0),
            'updated_at': timeutils.utcnow(),
            'last_seen_up': timeutils.utcnow(),
            'disabled': False,
            'forced_down': False,
            **columns,
        }
    )


def keypair(number: int = 0, **columns: Any) -> models.KeyPair:
    """Return a key of the user of tests."""
    return models.KeyPair(
        **{
            'name': f'key-{number:04}',
            'user_id': base.USER,
            'type': 'ssh',
            'public_key': 'ssh-ed25519 AAAA',
            'fingerprint': ':'.join(['ab'] * 16),
            'created_at': moment(number),
            **columns,
        }
    )


def action(
    instance_uuid: str, number: int = 0, **columns: Any
) -> models.InstanceAction:
    """Return the ``number``-th action of a server."""
    return models.InstanceAction(
        **{
            'instance_uuid': instance_uuid,
            'action': 'stop',
            'request_id': f'req-{uuidutils.generate_uuid()}',
            'user_id': base.USER,
            'project_id': base.PROJECT,
            'start_time': moment(number),
            'created_at': moment(number),
            'updated_at': moment(number),
            **columns,
        }
    )


def event(
    action_id: int, number: int = 0, **columns: Any
) -> models.InstanceActionEvent:
    """Return the ``number``-th event of an action, a success."""
    return models.InstanceActionEvent(
        **{
            'action_id': action_id,
            'event': 'compute_stop_instance',
            'host': HOST,
            'result': 'Success',
            'start_time': moment(number),
            'finish_time': moment(number),
            'created_at': moment(number),
            **columns,
        }
    )


def migration(
    instance_uuid: str, number: int = 0, **columns: Any
) -> models.Migration:
    """Return the ``number``-th migration, a cold one that is over."""
    return models.Migration(
        **{
            'uuid': uuidutils.generate_uuid(),
            'instance_uuid': instance_uuid,
            'migration_type': 'migration',
            'status': 'confirmed',
            'source_compute': 'host1',
            'source_node': 'host1',
            'dest_compute': 'host2',
            'dest_node': 'host2',
            'dest_host': '192.0.2.1',
            'old_instance_type_id': 1,
            'new_instance_type_id': 1,
            'user_id': base.USER,
            'project_id': base.PROJECT,
            'hidden': False,
            'created_at': moment(number),
            'updated_at': moment(number),
            **columns,
        }
    )


def live_migration(
    instance_uuid: str, number: int = 0, **columns: Any
) -> models.Migration:
    """Return the ``number``-th migration, a live one that is running."""
    progress = {
        f'{what}_{kind}': 1024
        for what in ('memory', 'disk')
        for kind in ('total', 'processed', 'remaining')
    }
    live = {'migration_type': 'live-migration', 'status': 'running'}
    return migration(instance_uuid, number, **{**live, **progress, **columns})


def task(number: int = 0, **columns: Any) -> models.Task:
    """Return the ``number``-th task, a stop that succeeded."""
    return models.Task(
        **{
            'uuid': uuidutils.generate_uuid(),
            'task': 'stop',
            'state': 'success',
            'request_id': f'req-{uuidutils.generate_uuid()}',
            'user_id': base.USER,
            'project_id': base.PROJECT,
            'code': 202,
            'created_at': moment(number),
            'updated_at': moment(number),
            'ended_at': moment(number),
            **columns,
        }
    )
