# SPDX-License-Identifier: Apache-2.0
"""Many requests change templates and images at once: each sees the others."""

from typing import Any
import uuid

import webob

from ext_lib.paging import ALL
from sahara_ext import exception
from sahara_ext.objects.image_registration import ImageRegistration
from sahara_ext.objects.template import ClusterTemplateList
from sahara_ext.objects.template import NodeGroupTemplate
from sahara_ext.tests import base
from sahara_ext.tests import requested
from sahara_ext.tests.functional import at_once
from sahara_ext.tests.functional.at_once import caller
from sahara_ext.tests.functional.at_once import ROUNDS
from sahara_ext.tests.functional.at_once import THREADS
from sahara_ext.wsgi import loader


class TemplateTests(at_once.AtOnceTestCase):
    """The tests of one database; a subclass sets ``url``."""

    def test_one_image_is_registered(self) -> None:
        image_id = '70a599e0-31e7-49b7-b260-868f441e862b'

        def work(number: int) -> None:
            ImageRegistration.change(
                caller(),
                image_id,
                lambda image: setattr(
                    image, 'tags', [*image.tags, f'tag{number}']
                ),
            )

        self.assertEqual([None] * THREADS, self.at_once(work))
        image = ImageRegistration.get(caller(), image_id)
        self.assertEqual(
            [f'tag{number}' for number in range(THREADS)], sorted(image.tags)
        )

    def test_a_template_changes_amid_the_making_of_another(self) -> None:
        used = group_template('1')
        app = App(self)

        def work(number: int) -> None:
            for flavor in range(ROUNDS):
                if number == 0:
                    body: Any = {'flavor_id': str(flavor)}
                    app.ask('PUT', f'/node-group-templates/{used.id}', body)
                    continue
                body = {
                    'name': f'made-{number}-{flavor}',
                    'plugin_name': 'fake',
                    'hadoop_version': '0.1',
                    'node_groups': [
                        {
                            'name': 'worker',
                            'count': 1,
                            'node_group_template_id': used.id,
                        }
                    ],
                }
                made = app.ask('POST', '/cluster-templates', body)
                path = f'/cluster-templates/{made["cluster_template"]["id"]}'
                app.ask('PUT', path, {'node_groups': body['node_groups']})

        self.assertEqual([None] * THREADS, self.at_once(work))
        found = ClusterTemplateList.get_page(caller(), ALL)
        self.assertEqual(ROUNDS * (THREADS - 1), len(found.objects))
        flavors = {
            group['flavor_id']
            for template in found
            for group in template.node_groups
        }
        self.assertEqual({str(ROUNDS - 1)}, flavors)

    def test_a_template_is_deleted_amid_its_use(self) -> None:
        for round_number in range(ROUNDS):
            used = group_template('1')
            values = {
                **requested.values(),
                'node_groups': [
                    {
                        'name': 'worker',
                        'count': 1,
                        'node_group_template_id': used.id,
                    }
                ],
            }

            def work(
                number: int,
                used: NodeGroupTemplate = used,
                values: dict[str, Any] = values,
                round_number: int = round_number,
            ) -> str:
                if number == 0:
                    used.destroy()
                    return used.id
                name = f'c{round_number}-{number}'
                [made] = self.api.create_clusters(
                    caller(), {**values, 'name': name}
                )
                return str(made.id)

            deleted, *made = self.at_once(work, 3)
            for each in made:
                if deleted == used.id:
                    self.assertIsInstance(each, exception.UnknownTemplate)
                else:
                    self.assertIsInstance(deleted, exception.TemplateInUse)
            if deleted != used.id:
                self.assertTrue(any(isinstance(each, str) for each in made))


class App:
    """Sends requests to the HTTP API of a test."""

    def __init__(self, case: TemplateTests) -> None:
        self._case = case
        self._app = loader.load(case.conf)

    def ask(self, method: str, path: str, body: Any) -> Any:
        """Return the body of the answer to a request that is accepted."""
        request = webob.Request.blank(f'/v1.1{path}', method=method)
        request.headers['X-Auth-Token'] = f'{base.USER}:{base.PROJECT}'
        request.json = body
        request.content_type = 'application/json'
        answer = request.get_response(self._app)
        self._case.assertEqual(202, answer.status_int, answer.text)
        return answer.json


def group_template(flavor_id: str) -> NodeGroupTemplate:
    """Return a template of node groups."""
    template = NodeGroupTemplate(
        caller(),
        name=f'template-{uuid.uuid4().hex[:12]}',
        plugin_name='fake',
        plugin_version='0.1',
        flavor_id=flavor_id,
        node_processes=['datanode'],
    )
    template.create()
    return template
