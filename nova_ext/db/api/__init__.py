# SPDX-License-Identifier: Apache-2.0
"""Every question this service asks its database, one function each.

All take the caller's context first and return rows of nova_ext.db.models.
A function that is not called by an administrator's context sees only servers
of the caller's project; what belongs to a server is not checked again.
"""

from nova_ext.db.api.instance import instance_create
from nova_ext.db.api.instance import instance_destroy
from nova_ext.db.api.instance import instance_get_by_uuid
from nova_ext.db.api.instance import instance_get_ref
from nova_ext.db.api.instance import instance_update
from nova_ext.db.api.instance import UNSET
from nova_ext.db.api.instance_action import action_finish
from nova_ext.db.api.instance_action import action_get_by_request_id
from nova_ext.db.api.instance_action import action_start
from nova_ext.db.api.instance_action import actions_get
from nova_ext.db.api.instance_action import actions_unbegun
from nova_ext.db.api.instance_action import actions_without_events
from nova_ext.db.api.instance_action_event import action_event_finish
from nova_ext.db.api.instance_action_event import action_event_start
from nova_ext.db.api.instance_action_event import action_events_get
from nova_ext.db.api.instance_action_event import actions_get_unfinished
from nova_ext.db.api.instance_list import instance_get_all_by_filters
from nova_ext.db.api.instance_list import instance_get_all_by_host
from nova_ext.db.api.instance_related import instance_fault_create
from nova_ext.db.api.migration import migration_create
from nova_ext.db.api.migration import migration_get
from nova_ext.db.api.migration import migration_get_by_id_and_instance
from nova_ext.db.api.migration import migration_get_by_uuid
from nova_ext.db.api.migration import migration_get_in_progress_by_instance
from nova_ext.db.api.migration import migration_get_unfinished_by_host
from nova_ext.db.api.migration import migration_update
from nova_ext.db.api.migration import migration_uuid
from nova_ext.db.api.migration_list import migration_get_all_by_filters
from nova_ext.db.api.service import service_create
from nova_ext.db.api.service import service_destroy
from nova_ext.db.api.service import service_get
from nova_ext.db.api.service import service_get_all
from nova_ext.db.api.service import service_get_by_host_and_binary
from nova_ext.db.api.service import service_get_silent_hosts
from nova_ext.db.api.service import service_update
from nova_ext.db.api.task import task_answer
from nova_ext.db.api.task import task_claimed_instances
from nova_ext.db.api.task import task_clock
from nova_ext.db.api.task import task_create
from nova_ext.db.api.task import task_create_answered
from nova_ext.db.api.task import task_destroy
from nova_ext.db.api.task import task_get_by_reservation
from nova_ext.db.api.task import task_get_by_uuid
from nova_ext.db.api.task import task_instances_set
from nova_ext.db.api.task import task_tag_exists
from nova_ext.db.api.task import task_update
from nova_ext.db.api.task_list import task_get_all_by_filters
from nova_ext.db.api.task_purge import tasks_count_old
from nova_ext.db.api.task_purge import tasks_destroy_old
from nova_ext.db.api.task_purge import tasks_get_old
from nova_ext.db.facade import facade

__all__ = [
    'facade',
    'UNSET',
    'instance_create',
    'instance_get_by_uuid',
    'instance_get_ref',
    'instance_get_all_by_filters',
    'instance_get_all_by_host',
    'instance_update',
    'instance_destroy',
    'instance_fault_create',
    'action_start',
    'action_finish',
    'action_get_by_request_id',
    'actions_get',
    'actions_get_unfinished',
    'actions_unbegun',
    'actions_without_events',
    'action_event_start',
    'action_event_finish',
    'action_events_get',
    'migration_create',
    'migration_get',
    'migration_get_by_uuid',
    'migration_get_by_id_and_instance',
    'migration_get_all_by_filters',
    'migration_get_in_progress_by_instance',
    'migration_get_unfinished_by_host',
    'migration_update',
    'migration_uuid',
    'service_create',
    'service_get',
    'service_get_by_host_and_binary',
    'service_get_all',
    'service_get_silent_hosts',
    'service_update',
    'service_destroy',
    'task_answer',
    'task_claimed_instances',
    'task_clock',
    'task_create',
    'task_create_answered',
    'task_destroy',
    'task_get_all_by_filters',
    'task_get_by_reservation',
    'task_get_by_uuid',
    'task_instances_set',
    'task_tag_exists',
    'task_update',
    'tasks_count_old',
    'tasks_destroy_old',
    'tasks_get_old',
]
