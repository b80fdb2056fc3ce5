# SPDX-License-Identifier: Apache-2.0
"""The common part of the controllers of both kinds of templates."""

from collections.abc import Callable, Mapping
import dataclasses
from typing import Any

from ext_lib.context import RequestContext
from ext_lib.wsgi import controller
from ext_lib.wsgi import request
from sahara_ext.api import lists
from sahara_ext.api import protection
from sahara_ext.api import values
from sahara_ext.api.authorization import authorize
from sahara_ext.objects.base import transactional
from sahara_ext.plugins.registry import PluginRegistry

Body = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of templates.

    :param key: what an answer calls one
    :param template: the class of one
    :param templates: the class of several
    :param view: shows and exports one
    :param policies: the module of its policies
    :param check: refuses values nothing could be made from
    """

    key: str
    template: Any
    templates: Any
    view: Any
    policies: Any
    check: Callable[[PluginRegistry, Mapping[str, Any]], None]


@transactional
def atomically(_context: RequestContext, work: Callable[[], Body]) -> Body:
    """Return what ``work`` does, all of it or nothing.

    :param work: is done again when the transaction deadlocks
    """
    return work()


class TemplatesController:
    """Creates, lists, shows, exports, changes and deletes templates."""

    kind: Kind

    def __init__(self, plugins: PluginRegistry) -> None:
        self.plugins = plugins

    @controller.status(204)
    def delete(self, req: request.Request, template_id: str) -> None:
        """Delete a template."""
        authorize(req, self.kind.policies.DELETE)
        template = self.kind.template.get(req.context, template_id)
        protection.check_deletion(req, template)
        template.destroy()

    def export(
        self, req: request.Request, template_id: str
    ) -> controller.Reply:
        """Show a template as a file to import elsewhere."""
        shown = self._get(req, template_id, self.kind.view.export)
        name = f'{self.kind.key}.json'
        headers = {'Content-Disposition': f'attachment; filename={name}'}
        return controller.Reply(shown, headers)

    def _get_page(self, req: request.Request) -> Body:
        authorize(req, self.kind.policies.LIST)
        return lists.page(
            req,
            f'{self.kind.key}s',
            self.kind.templates.get_page,
            self.kind.view.show,
        )

    def _create(self, req: request.Request, wanted: Body) -> Body:
        authorize(req, self.kind.policies.CREATE)
        self.kind.check(self.plugins, wanted)
        template = self.kind.template(req.context, **wanted)
        template.create()
        return {self.kind.key: self.kind.view.show(req, template)}

    def _get(self, req: request.Request, template_id: str, show: Any) -> Body:
        authorize(req, self.kind.policies.SHOW)
        template = self.kind.template.get(req.context, template_id)
        return {self.kind.key: show(req, template)}

    def _update(
        self, req: request.Request, template_id: str, changes: Body
    ) -> Body:
        authorize(req, self.kind.policies.UPDATE)
        # What is checked is what will be there.
        template = self.kind.template.lock(req.context, template_id)
        protection.check_update(req, template, changes)
        for name, value in changes.items():
            setattr(template, name, value)
        self.kind.check(self.plugins, values.of(template))
        template.save()
        return {self.kind.key: self.kind.view.show(req, template)}
