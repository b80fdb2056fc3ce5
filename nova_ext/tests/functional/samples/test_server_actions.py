# SPDX-License-Identifier: Apache-2.0
"""Samples of the actions on a server, which have no answer but a status."""

from typing import Any

from ext_lib.wsgi import microversion
from nova_ext.tests.functional import base as functional
from nova_ext.tests.functional import rows
from nova_ext.tests.functional.samples import base

_SERVER = '22c91117-08de-4894-9aa9-6ef382400985'
_ACTION = f'/servers/{_SERVER}/action'
#: By version: what an action takes from then on.
Arguments = dict[str, Any]


class ServerActionSamples(base.SampleTestCase):
    """Each is sent at every version, to a server in a fitting state."""

    def assertTaken(
        self,
        name: str,
        action: str,
        arguments: Arguments | None = None,
        *,
        since: str = '2.1',
        token: str = functional.MEMBER,
        migration: dict[str, Any] | None = None,
        **columns: Any,
    ) -> list[Any]:
        """Compare the request with its samples; return the answer.

        It is sent at the first and the last version of each sample.
        """

        def body_at(version: str) -> Any:
            return {action: _at(arguments or {'2.1': None}, version)}

        changes = self.assertSamples(name, body_at, since)
        answers = []
        for version in base.ends(changes):
            self._place_server(columns, migration)
            answers.append(
                self.ask(
                    'POST',
                    _ACTION,
                    version,
                    token=token,
                    body=body_at(version),
                )
            )
        return answers

    def _place_server(
        self, columns: dict[str, Any], migration: dict[str, Any] | None
    ) -> None:
        self.empty_database()
        self.add(rows.service('host1'), rows.service('host2'))
        self.add(rows.server(uuid=_SERVER, **columns))
        if migration is not None:
            self.add(rows.migration(_SERVER, **migration))

    @base.produces(
        'servers/server-action-start',
        'servers/server-action-stop',
        'servers/server-action-reboot',
    )
    def test_power(self) -> None:
        name = 'servers/server-action-'
        self.assertTaken(f'{name}start', 'os-start', vm_state='stopped')
        self.assertTaken(f'{name}stop', 'os-stop')
        self.assertTaken(f'{name}reboot', 'reboot', {'2.1': {'type': 'HARD'}})

    @base.produces(
        'os-pause-server/pause-server',
        'os-pause-server/unpause-server',
        'os-suspend-server/server-suspend',
        'os-suspend-server/server-resume',
    )
    def test_pause_and_suspend(self) -> None:
        pause, suspend = 'os-pause-server', 'os-suspend-server/server-'
        self.assertTaken(f'{pause}/pause-server', 'pause')
        self.assertTaken(
            f'{pause}/unpause-server', 'unpause', vm_state='paused'
        )
        self.assertTaken(f'{suspend}suspend', 'suspend')
        self.assertTaken(f'{suspend}resume', 'resume', vm_state='suspended')

    @base.produces(
        'os-lock-server/lock-server',
        'os-lock-server/lock-server-with-reason',
        'os-lock-server/unlock-server',
    )
    def test_lock(self) -> None:
        name = 'os-lock-server/'
        self.assertTaken(f'{name}lock-server', 'lock')
        self.assertTaken(
            f'{name}lock-server-with-reason',
            'lock',
            {'2.73': {'locked_reason': 'I do not want it to be deleted'}},
            since='2.73',
        )
        self.assertTaken(
            f'{name}unlock-server', 'unlock', locked=True, locked_by='owner'
        )

    @base.produces(
        'servers/server-action-resize',
        'servers/server-action-confirm-resize',
        'servers/server-action-revert-resize',
    )
    def test_resize(self) -> None:
        name = 'servers/server-action-'
        moved: dict[str, Any] = {
            'vm_state': 'resized',
            'migration': {'status': 'finished'},
        }
        self.assertTaken(
            f'{name}resize', 'resize', {'2.1': {'flavorRef': '2'}}
        )
        self.assertTaken(f'{name}confirm-resize', 'confirmResize', **moved)
        self.assertTaken(f'{name}revert-resize', 'revertResize', **moved)

    @base.produces(
        'os-migrate-server/migrate-server',
        'os-migrate-server/live-migrate-server',
    )
    def test_migrate(self) -> None:
        live = {'host': 'host2', 'block_migration': 'auto'}
        self.assertTaken(
            'os-migrate-server/migrate-server',
            'migrate',
            {'2.1': None, '2.56': {'host': 'host2'}},
            token=functional.ADMIN,
        )
        self.assertTaken(
            'os-migrate-server/live-migrate-server',
            'os-migrateLive',
            {
                '2.1': {
                    'host': 'host2',
                    'block_migration': False,
                    'disk_over_commit': False,
                },
                '2.25': live,
                '2.30': {**live, 'force': False},
                '2.68': live,
            },
            token=functional.ADMIN,
        )

    @base.produces(
        'os-evacuate/server-evacuate-req', 'os-evacuate/server-evacuate-resp'
    )
    def test_evacuate(self) -> None:
        wanted = {'host': 'host2', 'adminPass': 'MySecretPass'}
        answers = self.assertTaken(
            'os-evacuate/server-evacuate-req',
            'evacuate',
            {
                '2.1': {**wanted, 'onSharedStorage': False},
                '2.14': wanted,
                '2.29': {**wanted, 'force': False},
                '2.68': wanted,
            },
            token=functional.ADMIN,
            host='host3',
        )
        self.assertSamples(
            'os-evacuate/server-evacuate-resp',
            lambda _: answers[0].json,
            until='2.13',
        )
        self.assertEqual(b'', answers[-1].body)

    @base.produces('os-deferred-delete/force-delete')
    def test_force_delete(self) -> None:
        self.assertTaken('os-deferred-delete/force-delete', 'forceDelete')

    @base.produces('os-admin-actions/admin-actions-reset-server-state')
    def test_reset_state(self) -> None:
        self.assertTaken(
            'os-admin-actions/admin-actions-reset-server-state',
            'os-resetState',
            {'2.1': {'state': 'active'}},
            token=functional.ADMIN,
        )


def _at(arguments: Arguments, version: str) -> Any:
    """Return the latest of ``arguments`` that ``version`` knows."""
    known = [
        argument
        for since, argument in arguments.items()
        if microversion.parse(since) <= microversion.parse(version)
    ]
    return known[-1]
