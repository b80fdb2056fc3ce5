# SPDX-License-Identifier: Apache-2.0
"""Every question this service asks its database, one function each."""

from sahara_ext.db.api.cluster import cluster_create
from sahara_ext.db.api.cluster import cluster_get
from sahara_ext.db.api.cluster import cluster_get_any
from sahara_ext.db.api.cluster import cluster_get_ref
from sahara_ext.db.api.cluster import cluster_lock
from sahara_ext.db.api.cluster import cluster_update
from sahara_ext.db.api.cluster_event import cluster_event_fit
from sahara_ext.db.api.cluster_event import cluster_event_subject
from sahara_ext.db.api.cluster_event import cluster_event_subjects
from sahara_ext.db.api.cluster_event import cluster_events_record
from sahara_ext.db.api.cluster_event import Outcome
from sahara_ext.db.api.cluster_event import provision_steps_get_with_events
from sahara_ext.db.api.cluster_event_list import cluster_events_get_by_step
from sahara_ext.db.api.cluster_event_purge import (
    cluster_events_destroy_by_cluster,
)
from sahara_ext.db.api.cluster_event_purge import (
    cluster_events_destroy_by_steps,
)
from sahara_ext.db.api.cluster_event_purge import cluster_events_last
from sahara_ext.db.api.cluster_event_purge import cluster_events_purgeable
from sahara_ext.db.api.cluster_event_purge import provision_steps_completed
from sahara_ext.db.api.cluster_instance import cluster_instances_destroy
from sahara_ext.db.api.cluster_instance import cluster_instances_update
from sahara_ext.db.api.cluster_list import cluster_get_page
from sahara_ext.db.api.engine import engine_clock
from sahara_ext.db.api.engine import engine_destroy
from sahara_ext.db.api.engine import engine_register
from sahara_ext.db.api.engine import engines_destroy_dead
from sahara_ext.db.api.engine import engines_destroy_others
from sahara_ext.db.api.engine import engines_get_all
from sahara_ext.db.api.image_registration import image_registration_add
from sahara_ext.db.api.image_registration import image_registration_destroy
from sahara_ext.db.api.image_registration import image_registration_get
from sahara_ext.db.api.image_registration import image_registration_lock
from sahara_ext.db.api.image_registration import image_registration_set
from sahara_ext.db.api.image_registration import image_registrations_get
from sahara_ext.db.api.operation import Changes
from sahara_ext.db.api.operation import cluster_claim
from sahara_ext.db.api.operation import cluster_destroy
from sahara_ext.db.api.operation import cluster_is_held
from sahara_ext.db.api.operation import cluster_operation_begin
from sahara_ext.db.api.operation import cluster_operation_finish
from sahara_ext.db.api.operation import cluster_release
from sahara_ext.db.api.operation import cluster_set_status
from sahara_ext.db.api.operation import clusters_get_abandoned
from sahara_ext.db.api.operation import Lease
from sahara_ext.db.api.operation import NO_OPERATION
from sahara_ext.db.api.provision_step import provision_step_begin
from sahara_ext.db.api.provision_step import provision_step_end
from sahara_ext.db.api.provision_step import provision_step_get
from sahara_ext.db.api.provision_step import provision_steps_get_by_clusters
from sahara_ext.db.api.provision_step import provision_steps_plan
from sahara_ext.db.api.provision_step import StepState
from sahara_ext.db.api.template import template_create
from sahara_ext.db.api.template import template_destroy
from sahara_ext.db.api.template import template_get
from sahara_ext.db.api.template import template_get_page
from sahara_ext.db.api.template import template_lock
from sahara_ext.db.api.template import template_update
from sahara_ext.db.facade import facade
from sahara_ext.db.held_connection import HeldConnection

__all__ = [
    'facade',
    'Changes',
    'Lease',
    'NO_OPERATION',
    'HeldConnection',
    'Outcome',
    'StepState',
    'cluster_create',
    'cluster_get',
    'cluster_get_any',
    'cluster_get_ref',
    'cluster_get_page',
    'cluster_update',
    'cluster_lock',
    'cluster_operation_begin',
    'cluster_claim',
    'cluster_release',
    'cluster_is_held',
    'cluster_set_status',
    'cluster_operation_finish',
    'cluster_destroy',
    'clusters_get_abandoned',
    'cluster_instances_destroy',
    'cluster_instances_update',
    'engine_clock',
    'engine_register',
    'engine_destroy',
    'engines_destroy_dead',
    'engines_destroy_others',
    'engines_get_all',
    'provision_step_begin',
    'provision_step_end',
    'provision_step_get',
    'provision_steps_completed',
    'provision_steps_get_by_clusters',
    'provision_steps_get_with_events',
    'provision_steps_plan',
    'cluster_event_fit',
    'cluster_event_subject',
    'cluster_event_subjects',
    'cluster_events_destroy_by_cluster',
    'cluster_events_destroy_by_steps',
    'cluster_events_get_by_step',
    'cluster_events_last',
    'cluster_events_purgeable',
    'cluster_events_record',
    'template_create',
    'template_get',
    'template_get_page',
    'template_lock',
    'template_update',
    'template_destroy',
    'image_registration_add',
    'image_registration_set',
    'image_registration_get',
    'image_registration_lock',
    'image_registrations_get',
    'image_registration_destroy',
]
