# SPDX-License-Identifier: Apache-2.0
"""Fixtures that gabbi files name: the service, with clusters in it.

A file finds the tokens of several callers, and the ids of what there is, in
the environment.
"""

from ext_lib.testing import gabbi_case
from sahara_ext.tests import base as tests_base
from sahara_ext.tests.functional import base
from sahara_ext.tests.functional import rows


class _Case(base.APITestCase):
    """No test, but it has all that one has."""

    def runTest(self) -> None:
        """Do nothing."""


class _OperationsCase(base.OperationsTestCase):
    """The same, with an engine."""

    def runTest(self) -> None:
        """Do nothing."""


class EmptyFixture(gabbi_case.CaseFixture):
    """The service; no engine works on clusters."""

    case_class: type[base.APITestCase] = _Case
    variables = {
        'ADMIN': base.ADMIN,
        'MEMBER': base.MEMBER,
        'READER': base.READER,
        'OTHER': base.OTHER,
        'PROJECT': tests_base.PROJECT,
        'IMAGE': base.IMAGE,
        'NETWORK': base.NETWORK,
    }


class ClusterFixture(EmptyFixture):
    """A cluster at rest, another project's, and a public one of that."""

    def prepare(self, case: base.APITestCase) -> None:
        """Store them."""
        other = base.OTHER.partition(':')[2]
        own, private, public = (
            rows.cluster(name='own', created_at=rows.LATER),
            rows.cluster(name='private', project_id=other),
            rows.cluster(name='public', project_id=other, is_public=True),
        )
        case.add(own, private, public)
        case.add(rows.group(own.id, name='worker'))
        self.tell(CLUSTER=own.id, PRIVATE=private.id, PUBLIC=public.id)


class EngineFixture(EmptyFixture):
    """An engine, a cluster that came up, and one that did not."""

    case_class = _OperationsCase

    def prepare(self, case: base.OperationsTestCase) -> None:
        """Create them."""
        active = case.create(name='active')
        fake = {'fail_step': 'Configuring instances', 'fail_instances': 1}
        failed = case.create(name='failed', cluster_configs={'fake': fake})
        steps = case.wait_until_idle(active['id'])['provisioning_progress']
        shown = case.wait_until_idle(failed['id'])
        self.tell(
            ACTIVE=active['id'],
            FAILED=failed['id'],
            FIRST_STEP=steps[0]['id'],
            FAILED_STEP=next(
                step['id']
                for step in shown['provisioning_progress']
                if step['successful'] is False
            ),
        )


class TemplateFixture(EmptyFixture):
    """Templates of the project, and public ones of another."""

    def prepare(self, case: base.APITestCase) -> None:
        """Store them."""
        other = base.OTHER.partition(':')[2]
        group, foreign_group = (
            rows.node_group_template(name='workers', created_at=rows.LATER),
            rows.node_group_template(
                name='common', project_id=other, is_public=True
            ),
        )
        template, foreign = (
            rows.cluster_template(name='small', created_at=rows.LATER),
            rows.cluster_template(
                name='common', project_id=other, is_public=True
            ),
        )
        secret = rows.cluster_template(name='secret', project_id=other)
        case.add(group, foreign_group, template, foreign, secret)
        self.tell(
            GROUP_TEMPLATE=group.id,
            PUBLIC_GROUP_TEMPLATE=foreign_group.id,
            TEMPLATE=template.id,
            PUBLIC_TEMPLATE=foreign.id,
            SECRET_TEMPLATE=secret.id,
        )
