# SPDX-License-Identifier: Apache-2.0
"""Open actions, steps and migrations of a service."""

from collections.abc import Iterator
from typing import Any

from ext_lib.testing import polling
from nova_ext.tests.functional import user

#: Migrations with another status are under way. One that is finished waits
#: for its user, one that is done for the host that died.
_AT_REST = {
    'cancelled',
    'completed',
    'confirmed',
    'done',
    'error',
    'failed',
    'finished',
    'reverted',
}


class Census:
    """Everything there is, as an administrator sees it.

    ``servers`` are the servers, deleted ones included; ``actions`` the
    actions of each, with their events, by its id.
    """

    def __init__(self, admin: user.User) -> None:
        everything = '/servers/detail?all_tenants=1'
        alive = admin.get(everything)['servers']
        deleted = admin.get(f'{everything}&deleted=true')['servers']
        # Some may have been deleted since the first question.
        gone = {server['id'] for server in deleted}
        self.alive: list[Any] = [s for s in alive if s['id'] not in gone]
        self.servers: list[Any] = [*self.alive, *deleted]
        self.migrations: list[Any] = admin.get('/os-migrations')['migrations']
        self.actions = {
            server['id']: [
                {**admin.action(server['id'], action['request_id']), **action}
                for action in admin.actions(server['id'])
            ]
            for server in self.servers
        }

    def unfinished(self) -> Iterator[str]:
        """Yield what is open: tasks, builds, actions, steps, migrations."""
        for server in self.alive:
            task = server['OS-EXT-STS:task_state']
            if task is not None or server['status'] == 'BUILD':
                yield f'{server["id"]} is {server["status"]}, {task}'
        for migration in self.migrations:
            if migration['status'] not in _AT_REST:
                yield f'{migration["uuid"]} is {migration["status"]}'
        for server_id, actions in self.actions.items():
            for action in actions:
                yield from self._open_steps(server_id, action)

    def _open_steps(
        self, server_id: str, action: dict[str, Any]
    ) -> Iterator[str]:
        name = f'{action["action"]} of {server_id}'
        if not action['events'] and not self._is_deletion(server_id, action):
            yield f'{name} has not begun'
        for event in action['events']:
            if event['result'] is None:
                yield f'{name}: {event["event"]} on {event["host"]} is open'

    def _is_deletion(self, server_id: str, action: dict[str, Any]) -> bool:
        """Return whether a server was deleted without a host and steps."""
        is_alive = any(server['id'] == server_id for server in self.alive)
        return action['action'] == 'delete' and not is_alive


def final(admin: user.User) -> Census:
    """Return the census as soon as nothing is open any more."""
    found: list[Census] = []
    left: list[str] = []

    def is_awaited() -> bool:
        found[:] = [Census(admin)]
        left[:] = found[0].unfinished()
        return not left

    try:
        polling.wait_until(is_awaited, 'everything to end')
    except AssertionError as error:
        raise AssertionError('\n'.join([str(error), *left])) from error
    return found[0]
