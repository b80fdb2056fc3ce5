# SPDX-License-Identifier: Apache-2.0
"""Requests and objects for tests that need neither network nor database."""

import datetime

from ext_lib.tests.unit.wsgi import base as wsgi_base
from ext_lib.wsgi import links
from nova_ext import objects
from nova_ext.objects import instance
from nova_ext.objects import instance_action
from nova_ext.objects import instance_action_event
from nova_ext.objects import migration
from nova_ext.objects import service
from nova_ext.tests import base

objects.register_all()

quick = wsgi_base.quick

BASE_URL = 'http://ext/v2.1'
LINKS = links.Links()
UUID = '30d1a3a5-a6aa-4ed2-9b5c-d3b2f9ba0a0a'
REQUEST_ID = 'req-8c6ab0bc-09ff-4df0-8a8a-a3ebbd2bcb9c'
BEGAN = datetime.datetime.fromisoformat('2026-01-02T03:04:05.000060')
ENDED = datetime.datetime.fromisoformat('2026-01-02T03:05:00')
BEGAN_TEXT = '2026-01-02T03:04:05.000060'
ENDED_TEXT = '2026-01-02T03:05:00.000000'


def request(version='2.1', path='/', admin=False, query=None):
    """Return a request that passed all checks, with ``query`` as it is."""
    req = wsgi_base.blank(
        path, version=version, project=base.PROJECT, base_url=BASE_URL
    )
    req.context.is_admin = admin
    req.query = dict(query or {})
    req.filters = dict(query or {})
    return req


def an_action(**changes):
    """Return an action that failed."""
    values = {
        'action': 'stop',
        'instance_uuid': UUID,
        'request_id': REQUEST_ID,
        'user_id': base.USER,
        'project_id': base.PROJECT,
        'start_time': BEGAN,
        'updated_at': ENDED,
        'message': 'Error',
    }
    return instance_action.InstanceAction(**values | changes)


def an_event(**changes):
    """Return an event that failed."""
    values = {
        'event': 'compute_stop_instance',
        'start_time': BEGAN,
        'finish_time': ENDED,
        'result': 'Error',
        'traceback': 'frames',
        'host': 'host1',
        'details': 'reason',
    }
    return instance_action_event.InstanceActionEvent(**values | changes)


def a_migration(**changes):
    """Return a live migration that runs."""
    values = {
        'id': 7,
        'uuid': 'b1c2d3e4-0000-4000-8000-000000000007',
        'instance_uuid': UUID,
        'status': 'running',
        'migration_type': 'live-migration',
        'source_compute': 'host1',
        'dest_compute': 'host2',
        'source_node': 'node1',
        'dest_node': 'node2',
        'dest_host': '10.0.0.2',
        'old_instance_type_id': 1,
        'new_instance_type_id': 2,
        'hidden': False,
        'memory_total': 6,
        'memory_processed': 2,
        'memory_remaining': 4,
        'disk_total': 5,
        'disk_processed': 3,
        'disk_remaining': None,
        'user_id': base.USER,
        'project_id': base.PROJECT,
        'created_at': BEGAN,
        'updated_at': None,
    }
    return migration.Migration(**values | changes)


def a_service(**changes):
    """Return a service that was not heard of for long."""
    values = {
        'id': 3,
        'uuid': UUID,
        'host': 'host1',
        'binary': 'nova-compute',
        'disabled': False,
        'disabled_reason': None,
        'forced_down': False,
        'last_seen_up': BEGAN,
        'created_at': BEGAN,
        'updated_at': ENDED,
    }
    return service.Service(**values | changes)


def an_instance(**changes):
    """Return a server that runs."""
    values = {
        'id': 10,
        'uuid': UUID,
        'user_id': base.USER,
        'project_id': base.PROJECT,
        'image_ref': '70a599e0-31e7-49b7-b260-868f441e862b',
        'hostname': 'web',
        'display_name': 'web',
        'display_description': 'a web server',
        'host': 'host1',
        'node': 'node1',
        'vm_state': 'active',
        'task_state': None,
        'power_state': 1,
        'progress': 0,
        'instance_type_id': 1,
        'memory_mb': 512,
        'vcpus': 1,
        'root_gb': 1,
        'ephemeral_gb': 0,
        'reservation_id': 'r-1',
        'launch_index': 0,
        'launched_at': BEGAN,
        'terminated_at': None,
        'availability_zone': None,
        'locked': False,
        'locked_by': None,
        'key_name': None,
        'config_drive': '',
        'access_ip_v4': None,
        'access_ip_v6': None,
        'auto_disk_config': False,
        'root_device_name': '/dev/vda',
        'metadata': {'a': 'b'},
        'system_metadata': {},
        'tags': ['blue'],
        'fault': None,
        'created_at': BEGAN,
        'updated_at': ENDED,
    }
    return instance.Instance(**values | changes)
