# SPDX-License-Identifier: Apache-2.0
"""Servers for unit tests, and what became of them."""

from typing import Any

from oslo_utils import timeutils
from oslo_utils import uuidutils

from ext_lib.context import RequestContext
from ext_lib.testing.polling import wait_until
from nova_ext.compute.api.servers import API
from nova_ext.flavors import Catalogue
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationStatus
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import PowerState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.objects.instance_action import InstanceAction
from nova_ext.objects.instance_action import InstanceActionList
from nova_ext.objects.instance_action_event import InstanceActionEventList
from nova_ext.objects.migration import Migration
from nova_ext.objects.migration import MigrationList
from nova_ext.objects.service import Service
from nova_ext.tests import base
from nova_ext.tests.functional import cloud

#: A step of an action: its name, where it was taken, how it ended.
Step = tuple[str, str | None, str | None]

IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'


def new_request(is_admin: bool = False) -> RequestContext:
    """Return a context as if another request had just arrived."""
    return RequestContext(
        user_id=base.USER,
        project_id=base.PROJECT,
        roles=['admin'] if is_admin else ['member', 'reader'],
        is_admin=is_admin,
        request_id=f'req-{uuidutils.generate_uuid()}',
        overwrite=False,
    )


def make_instance(**columns: Any) -> Instance:
    """Store a server that runs on host1, unless told otherwise."""
    context = new_request(is_admin=True)
    instance = Instance(
        context,
        **{
            'uuid': uuidutils.generate_uuid(),
            'user_id': base.USER,
            'project_id': base.PROJECT,
            'display_name': 'server',
            'vm_state': VMState.ACTIVE,
            'task_state': None,
            'power_state': PowerState.RUNNING,
            'host': 'host1',
            'node': 'host1',
            'launched_at': timeutils.utcnow(),
            'instance_type_id': 1,
            'memory_mb': 512,
            'vcpus': 1,
            'root_gb': 1,
            'ephemeral_gb': 0,
            'metadata': {},
            'system_metadata': {},
            **columns,
        },
    )
    instance.create()
    return instance


def make_action(
    instance: Instance, name: str = ActionName.STOP
) -> RequestContext:
    """Store an action and return the context of its request."""
    context = new_request()
    InstanceAction.action_start(context, instance.uuid, name)
    return context


def make_migration(instance: Instance, **columns: Any) -> Migration:
    """Store a cold migration from host1 to host2, unless told otherwise."""
    migration = Migration(
        new_request(),
        **{
            'instance_uuid': instance.uuid,
            'migration_type': MigrationType.MIGRATION,
            'status': MigrationStatus.PRE_MIGRATING,
            'source_compute': 'host1',
            'source_node': 'host1',
            'dest_compute': 'host2',
            'dest_node': 'host2',
            'old_instance_type_id': 1,
            'new_instance_type_id': 1,
            **columns,
        },
    )
    migration.create()
    return migration


def make_service(host: str, **columns: Any) -> Service:
    """Store the record of a compute service."""
    service = Service(
        new_request(is_admin=True),
        **{
            'host': host,
            'binary': 'nova-compute',
            'topic': 'compute',
            'report_count': 0,
            'last_seen_up': timeutils.utcnow(),
            **columns,
        },
    )
    service.create()
    return service


def load(instance: Instance) -> Instance:
    """Return the server as it is now, deleted or not."""
    return Instance.get_by_uuid(
        new_request(is_admin=True), instance.uuid, read_deleted=True
    )


def state(instance: Instance) -> tuple[str | None, str | None]:
    """Return vm_state and task_state as they are now."""
    now = load(instance)
    return now.vm_state, now.task_state


def migrations(instance: Instance) -> list[Migration]:
    """Return the migrations of a server, oldest first."""
    return list(
        MigrationList.get_by_filters(
            new_request(is_admin=True), {'instance_uuid': instance.uuid}
        )
    )


def steps(instance: Instance, context: RequestContext) -> list[Step]:
    """Return the steps of a request's action, oldest first."""
    action = InstanceAction.get_by_request_id(
        context, instance.uuid, context.request_id
    )
    assert action is not None
    return _steps(context, action)


def _steps(context: RequestContext, action: InstanceAction) -> list[Step]:
    found = InstanceActionEventList.get_by_action(context, action.id)
    return [(str(e.event), e.host, e.result) for e in reversed(list(found))]


def actions(instance: Instance) -> list[str]:
    """Return the names of the actions of a server, oldest first."""
    found = InstanceActionList.get_by_instance_uuid(
        new_request(is_admin=True), instance.uuid
    )
    return [str(action.action) for action in reversed(list(found))]


class CloudTestCase(base.MessagingTestCase):
    """A test with a conductor and two hosts that work."""

    def setUp(self) -> None:
        super().setUp()
        self.cloud = self.useFixture(
            cloud.Cloud(self.conf, self.rpc.transport)
        )
        self.api = API(self.conf, self.rpc.transport)
        self.flavors = Catalogue(self.conf)

    def create(self, **kwargs: Any) -> tuple[Instance, RequestContext]:
        """Ask for a server; return it and the request."""
        context = new_request()
        instances, _reservation = self.api.create(
            context,
            **{
                'flavor': self.flavors.get_by_id(1),
                'image_ref': IMAGE,
                'display_name': 'server',
                **kwargs,
            },
        )
        return instances[0], context

    def boot(self, **metadata: str) -> Instance:
        """Return a server that runs."""
        instance, _context = self.create(
            metadata={k.replace('_', ':', 1): v for k, v in metadata.items()}
        )
        self.wait_until_idle(instance)
        return load(instance)

    def do(
        self, operation: str, instance: Instance, *args: Any, **kwargs: Any
    ) -> RequestContext:
        """Have something done; return the request when it is."""
        context = self.ask(operation, instance, *args, **kwargs)
        self.wait_until_idle(instance)
        return context

    def ask(
        self, operation: str, instance: Instance, *args: Any, **kwargs: Any
    ) -> RequestContext:
        """Ask for something; return the request."""
        context = new_request()
        method = getattr(self.api, operation)
        method(context, load(instance), *args, **kwargs)
        return context

    def wait_until_idle(self, instance: Instance) -> None:
        """Wait until no operation on a server is under way."""
        wait_until(lambda: self._is_idle(instance), f'{instance.uuid} at rest')

    def _is_idle(self, instance: Instance) -> bool:
        if load(instance).task_state is not None:
            return False
        context = new_request(is_admin=True)
        return all(
            self._is_ended(context, action)
            for action in InstanceActionList.get_by_instance_uuid(
                context, instance.uuid
            )
        )

    def _is_ended(
        self, context: RequestContext, action: InstanceAction
    ) -> bool:
        if action.finish_time or action.action == ActionName.DELETE:
            return True
        taken = _steps(context, action)
        return bool(taken) and all(result for _name, _host, result in taken)

    def wait_for_status(self, instance: Instance, status: str) -> Migration:
        """Wait until the last migration of a server has a status."""

        def found() -> bool:
            moves = migrations(instance)
            return bool(moves) and moves[-1].status == status

        wait_until(found, f'{instance.uuid} {status}')
        return migrations(instance)[-1]
