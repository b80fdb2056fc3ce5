# SPDX-License-Identifier: Apache-2.0
"""Every URL in every form and version: the answers differ in names only."""

import re
from typing import Any

from sahara_ext.api import microversions
from sahara_ext.api import routes
from sahara_ext.engine.api import EngineAPI
from sahara_ext.tests import base as tests_base
from sahara_ext.tests.functional import base
from sahara_ext.tests.functional import rows

_CLUSTER = '5bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_GROUP_TEMPLATE = '8bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_TEMPLATE = '9bbcc3c4-1da2-4437-a48a-66f15b1b13f9'
_IDS = {
    'cluster_id': _CLUSTER,
    'image_id': base.IMAGE,
    'plugin_name': 'fake',
    'version': '0.1',
}
#: Forms of a path, which are all the same.
_FORMS = (
    '/v1.1{path}',
    '/v1.0{path}',
    '/v1.1/{project}{path}',
    '/v1.0/{project}{path}',
    '/v1.1{path}.json',
    '/v1.1/{project}{path}.json',
    '//v1.1//{project}{path}',
)
_FORMS_V2 = (
    '/v2{path}',
    '/v2/{project}{path}',
    '/v2{path}.json',
    '/v2/{project}{path}.json',
)
_NEW = {'hadoop_version': 'plugin_version', 'tenant_id': 'project_id'}


class SweepTest(base.APITestCase):
    def setUp(self) -> None:
        super().setUp()
        self.engine = EngineAPI(self.conf, self.rpc.transport)

    def test_reads(self) -> None:
        self._fill()
        for path in self._paths(microversions.V1):
            old = self._answer(_FORMS, path)
            if path in self._paths(microversions.V2):
                new = self._answer(_FORMS_V2, path)
                self.assertEqual(_renamed(old), new, path)

    def test_reads_of_version_2_only(self) -> None:
        self._fill()
        known = self._paths(microversions.V1)
        others = [p for p in self._paths(microversions.V2) if p not in known]
        self.assertEqual([f'/images/{base.IMAGE}/tags'], others)
        for path in others:
            self.assertEqual(['fake'], self._answer(_FORMS_V2, path))
            self.get(f'/v1.1{path}', status=404)

    def test_creation(self) -> None:
        """A POST is understood in all forms, too."""
        for number, form in enumerate((*_FORMS, *_FORMS_V2)):
            version = 'v2' if form in _FORMS_V2 else 'v1.1'
            url = form.format(path='/clusters', project=tests_base.PROJECT)
            body = base.cluster(version, name=f'demo-{number}')
            shown = self.send('POST', url, body)['cluster']
            again = self.get(f'/{version}/clusters/{shown["id"]}')['cluster']
            self.assertEqual(again, shown)

    def test_other_names_are_unknown(self) -> None:
        """Each version has its names, and not those of the other."""
        for version, other in (base.VERSIONS, base.VERSIONS[::-1]):
            for path, body in (
                ('/clusters', base.cluster(other)),
                ('/cluster-templates', base.template(other)),
            ):
                response = self.request('POST', f'/{version}{path}', body=body)
                self.assertEqual(400, response.status_int)
                self.assertIn('is a required property', response.text)
                self.assertIn('was unexpected', response.text)

    def _paths(self, version: Any) -> list[str]:
        return [
            _filled(path)
            for path, methods in routes.table(self.engine, version)
            if 'GET' in methods
        ]

    def _answer(self, forms: tuple[str, ...], path: str) -> Any:
        """Return what all forms of a path are answered with."""
        urls = [
            form.format(path=path, project=tests_base.PROJECT)
            for form in forms
        ]
        first, *others = (self.get(url) for url in urls)
        for url, other in zip(urls[1:], others, strict=True):
            self.assertEqual(first, other, url)
        return first

    def _fill(self) -> None:
        self.add(
            *rows.whole_cluster(_CLUSTER, 2),
            rows.node_group_template(id=_GROUP_TEMPLATE),
            rows.cluster_template(id=_TEMPLATE),
            rows.image(base.IMAGE),
        )


def _filled(path: str) -> str:
    template = _TEMPLATE if 'cluster-' in path else _GROUP_TEMPLATE
    ids = {**_IDS, 'template_id': template}
    return re.sub(r'{(\w+)}', lambda found: ids[found[1]], path)


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_NEW.get(k, k): _renamed(inner) for k, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner) for inner in value]
    return value
