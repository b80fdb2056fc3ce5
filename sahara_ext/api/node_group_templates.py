# SPDX-License-Identifier: Apache-2.0
"""node-group-templates: what node groups can be made from."""

from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext.api import template_checks
from sahara_ext.api import templates
from sahara_ext.api import values
from sahara_ext.api.schemas import node_group_templates as schema
from sahara_ext.api.templates import Body
from sahara_ext.api.views import node_group_templates as view
from sahara_ext.objects.template import NodeGroupTemplate
from sahara_ext.objects.template import NodeGroupTemplateList
from sahara_ext.policies import node_group_templates as policies


class NodeGroupTemplatesController(templates.TemplatesController):
    """Creates, lists, shows, exports, changes and deletes templates."""

    kind = templates.Kind(
        'node_group_template',
        NodeGroupTemplate,
        NodeGroupTemplateList,
        view,
        policies,
        template_checks.check_node_group,
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
        return self._create(req, values.given(body))

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
        """Change a template, and with it cluster templates that use it.

        Clusters that were made from it stay as they are.
        """
        return templates.atomically(
            req.context,
            lambda: self._update(req, template_id, values.changed(body)),
        )
