# SPDX-License-Identifier: Apache-2.0
"""cluster-templates: what clusters can be made from."""

from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext.api import template_checks
from sahara_ext.api import templates
from sahara_ext.api import values
from sahara_ext.api.schemas import cluster_templates as schema
from sahara_ext.api.templates import Body
from sahara_ext.api.views import cluster_templates as view
from sahara_ext.engine.templates import complete_groups
from sahara_ext.engine.templates import hold_groups
from sahara_ext.objects.template import ClusterTemplate
from sahara_ext.objects.template import ClusterTemplateList
from sahara_ext.policies import cluster_templates as policies


class ClusterTemplatesController(templates.TemplatesController):
    """Creates, lists, shows, exports, changes and deletes templates."""

    kind = templates.Kind(
        'cluster_template',
        ClusterTemplate,
        ClusterTemplateList,
        view,
        policies,
        template_checks.check_cluster,
    )

    @controller.query(schema.index_query)
    @controller.response(schema.index_response)
    def index(self, req: request.Request) -> Body:
        """List the templates of the project, and public ones."""
        return self._get_page(req)

    @controller.status(202)
    @controller.body(schema.create)
    @controller.response(schema.show_response)
    def create(self, req: request.Request, body: Body) -> Body:
        """Create a template."""
        return templates.atomically(
            req.context,
            lambda: self._create(req, _completed(req, values.given(body))),
        )

    @controller.response(schema.show_response)
    def show(self, req: request.Request, template_id: str) -> Body:
        """Show a template."""
        return self._get(req, template_id, view.show)

    @controller.status(202)
    @controller.body(schema.update)
    @controller.response(schema.show_response)
    def update(
        self, req: request.Request, template_id: str, body: Body
    ) -> Body:
        """Change a template; what was made from it stays as it is."""
        return templates.atomically(
            req.context,
            lambda: self._update(
                req, template_id, _completed(req, values.changed(body))
            ),
        )


def _completed(req: request.Request, wanted: Body) -> Body:
    """Return values of a template with what its groups' templates add.

    These stay as they are until the transaction ends: who changes them then
    finds the template.
    """
    if 'node_groups' in wanted:
        groups = wanted['node_groups']
        known = hold_groups(req.context, groups)
        wanted['node_groups'] = complete_groups(req.context, groups, known)
    return wanted
