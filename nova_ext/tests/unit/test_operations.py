# SPDX-License-Identifier: Apache-2.0
"""The table of operations holds what the code can write, and nothing else."""

import ast
from collections.abc import Iterator
import inspect
import pathlib

import nova_ext
from nova_ext import operations
from nova_ext import step_types
from nova_ext.objects.fields import ActionName
from nova_ext.objects.fields import MigrationType
from nova_ext.objects.fields import TaskState
from nova_ext.objects.fields import VMState
from nova_ext.objects.instance import Instance
from nova_ext.tests import base

_ROOT = pathlib.Path(inspect.getfile(nova_ext)).parent
_TABLES = ('fields.py', 'operations.py', 'step_types.py')


def _modules() -> Iterator[ast.Module]:
    for path in _ROOT.rglob('*.py'):
        if 'tests' not in path.parts and path.name not in _TABLES:
            yield ast.parse(path.read_text())


def _attributes(tree: ast.AST, name: str) -> set[str]:
    """Return the names of the attributes of ``name`` that a tree mentions."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }


def _written_states(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the expressions that become the task state of a server."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg='task_state', value=value):
                yield value
            case ast.Assign(
                targets=[ast.Attribute(attr='task_state')], value=value
            ):
                yield value
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant):
                        yield from [value] * (key.value == 'task_state')
            case ast.Call(
                func=ast.Name(id='_set_task_state')
                | ast.Attribute(attr='_finish')
            ):
                yield from node.args


class TableTestCase(base.TestCase):
    def test_every_task_state_that_is_written(self) -> None:
        written = {
            getattr(TaskState, name)
            for tree in _modules()
            for expression in _written_states(tree)
            for name in _attributes(expression, 'TaskState')
        }
        self.assertEqual(written, set(operations.STATES))

    def test_every_action(self) -> None:
        begun = {
            getattr(ActionName, name)
            for tree in _modules()
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for name in _attributes(node, 'ActionName')
        }
        self.assertEqual(begun, {row.action for row in operations.OPERATIONS})

    def test_every_step(self) -> None:
        taken = {
            getattr(step_types, name)
            for tree in _modules()
            for name in _attributes(tree, 'step_types')
        }
        taken = {s for s in taken if isinstance(s, step_types.StepType)}
        listed = {step for row in operations.OPERATIONS for step in row.steps}
        self.assertEqual(
            {step.event for step in taken}, {step.event for step in listed}
        )

    def test_steps_have_one_name_each(self) -> None:
        steps = {step for row in operations.OPERATIONS for step in row.steps}
        self.assertEqual(len(steps), len({step.event for step in steps}))

    def test_a_state_means_the_same_in_each_row(self) -> None:
        for row in operations.OPERATIONS:
            for state in row.states:
                self.assertEqual(operations.STATES[state.name], state)


class LookUpTestCase(base.TestCase):
    def test_actions_of_a_state(self) -> None:
        self.assertEqual(
            ['stop', 'revertResize', 'rebuild', 'evacuate'],
            operations.actions_of(TaskState.POWERING_OFF),
        )
        self.assertEqual([], operations.actions_of('unknown'))

    def test_migration_types_of_a_state(self) -> None:
        self.assertEqual(
            (MigrationType.EVACUATION,),
            operations.migration_types_of(TaskState.REBUILD_SPAWNING),
        )
        self.assertEqual(
            (), operations.migration_types_of(TaskState.POWERING_OFF)
        )

    def test_kinds_of_reboot(self) -> None:
        for state, kind in (
            (TaskState.REBOOTING, 'SOFT'),
            (TaskState.REBOOT_STARTED, 'SOFT'),
            (TaskState.REBOOTING_HARD, 'HARD'),
            (TaskState.REBOOT_STARTED_HARD, 'HARD'),
            (None, 'SOFT'),
        ):
            self.assertEqual(
                {'reboot_type': kind},
                operations.arguments_of(step_types.REBOOT, state),
            )

    def test_events_of_an_action(self) -> None:
        for action, events in (
            ('create', [step_types.SCHEDULE.event, step_types.BUILD.event]),
            ('reboot', ['compute_reboot_instance']),
            # One without steps, and one that only nova has.
            ('resetState', ['compute_resetState_instance']),
            ('rescue', ['compute_rescue_instance']),
        ):
            self.assertEqual(events, operations.events_of(action))

    def test_first_step_on_a_host(self) -> None:
        self.assertEqual(
            {
                'conductor_migrate_server': 'compute_prep_resize',
                'cold_migrate': 'compute_prep_resize',
                'rebuild_server': 'compute_rebuild_instance',
                'conductor_live_migrate_instance': 'compute_live_migration',
            },
            operations.FIRST_ON_HOST,
        )

    def test_end_of_a_step_that_is_beyond_its_states(self) -> None:
        for state, is_done in (
            (TaskState.RESIZE_PREP, False),
            (TaskState.RESIZE_MIGRATED, False),
            (TaskState.RESIZE_FINISH, True),
        ):
            instance = Instance(task_state=state, vm_state=VMState.ACTIVE)
            self.assertEqual(
                is_done,
                operations.is_done(step_types.RESIZE, instance, 'host1'),
            )
