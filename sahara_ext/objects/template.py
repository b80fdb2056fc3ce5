# SPDX-License-Identifier: Apache-2.0
"""Templates of clusters and of node groups."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from oslo_utils import uuidutils
from oslo_versionedobjects import exception as ovo_exception
from oslo_versionedobjects import fields as ovo_fields

from ext_lib import objects
from ext_lib.context import RequestContext
from ext_lib.objects import DateTimeField
from ext_lib.paging import Page
from sahara_ext.db import models
from sahara_ext.db.api import template as template_db
from sahara_ext.objects import base
from sahara_ext.objects import node_group
from sahara_ext.objects.fields import JsonDictField
from sahara_ext.objects.fields import JsonListField

_Object = TypeVar('_Object', bound='TemplateObject')
_List = TypeVar('_List', bound='TemplateObjectList[Any]')


class OwnedObject(objects.VersionedObject):
    """Fields of what a project owns and others may see."""

    fields = {
        'project_id': ovo_fields.StringField(),
        'name': ovo_fields.StringField(),
        'description': ovo_fields.StringField(nullable=True),
        'plugin_name': ovo_fields.StringField(),
        'plugin_version': ovo_fields.StringField(),
        'use_autoconfig': ovo_fields.BooleanField(default=True),
        #: Whether other projects see it.
        'is_public': ovo_fields.BooleanField(default=False),
        #: Whether it is to stay as it is.
        'is_protected': ovo_fields.BooleanField(default=False),
        'created_at': DateTimeField(nullable=True),
        'updated_at': DateTimeField(nullable=True),
    }


class ClusterObject(objects.VersionedObject):
    """Fields of clusters and of their templates."""

    fields = {
        #: By service, then by name.
        'cluster_configs': JsonDictField(default={}),
        'default_image_id': ovo_fields.StringField(nullable=True),
        #: Processes whose instances are to be on different hosts.
        'anti_affinity': ovo_fields.ListOfStringsField(default=[]),
        'neutron_management_network': ovo_fields.StringField(nullable=True),
        'shares': JsonListField(default=[]),
        'domain_name': ovo_fields.StringField(nullable=True),
    }


class TemplateObject(OwnedObject):
    """Values something can be made from, by a project and its public."""

    #: The table.
    MODEL: ClassVar[Any]

    fields = {
        'id': ovo_fields.UUIDField(),
        'is_default': ovo_fields.BooleanField(default=False),
    }

    @classmethod
    def get(
        cls: type[_Object], context: RequestContext, template_id: str
    ) -> _Object:
        """Return a template of the caller's project, or a public one.

        :raises TemplateNotFound: when there is none
        """
        row = template_db.template_get(context, cls.MODEL, template_id)
        return cls.from_row(context, row)

    @classmethod
    def lock(
        cls: type[_Object],
        context: RequestContext,
        template_id: str,
        shared: bool = False,
    ) -> _Object:
        """Return a template that stays as it is until the transaction ends.

        :param shared: whether other transactions may rely on it as well
        :raises TemplateNotFound: when there is none
        """
        row = template_db.template_lock(
            context, cls.MODEL, template_id, shared
        )
        return cls.from_row(context, row)

    def create(self) -> None:
        """Store the template as one of the caller's.

        :raises TemplateNameExists: when the project has one of this name
        :raises InvalidValue: when a value does not fit
        :raises ObjectActionError: when it is stored already
        """
        if 'id' in self:
            raise ovo_exception.ObjectActionError(
                action='create', reason='already created'
            )
        self.id = uuidutils.generate_uuid()
        self.project_id = self.obj_context.project_id
        self.obj_set_defaults()
        row = template_db.template_create(
            self.obj_context, self.MODEL, self.obj_get_changes()
        )
        self.load_row(row)

    def save(self) -> None:
        """Store what changed.

        :raises TemplateNotFound: when the template is gone
        :raises TemplateNameExists: when the project has one of this name
        :raises UserProtected: when a cluster template that would change with
            it is to stay as it is
        :raises InvalidValue: when a value does not fit
        """
        changes = self.obj_get_changes()
        if changes:
            row = template_db.template_update(
                self.obj_context, self.MODEL, self.id, changes
            )
            self.load_row(row)

    def destroy(self) -> None:
        """Delete the template.

        :raises TemplateProtected: when it is to stay
        :raises TemplateNotFound: when it is gone already
        """
        template_db.template_destroy(self.obj_context, self.MODEL, self.id)


class TemplateObjectList(base.PageList[_Object]):
    """Templates, the newest first unless they are sorted otherwise."""

    #: What it is a list of.
    ITEM: ClassVar[type[Any]]

    @classmethod
    def get_page(
        cls: type[_List],
        context: RequestContext,
        page: Page,
        filters: Mapping[str, Any] | None = None,
        sort: tuple[str, str] | None = None,
    ) -> _List:
        """Return templates of the caller's project and public ones.

        :param page: its marker is the id of a template
        :param filters: columns, each with a value or a list of which any
            will do
        :param sort: a column, and ``asc`` or ``desc``
        :raises MarkerNotFound: when the caller sees no template of that id
        :raises Invalid: when a filter or ``sort`` makes no sense
        """
        found = template_db.template_get_page(
            context, cls.ITEM.MODEL, page, filters or {}, sort
        )
        return cls.from_page(context, cls.ITEM, found)


@base.VersionedObjectRegistry.register
class NodeGroupTemplate(
    TemplateObject, node_group.GroupObject, base.SaharaExtObject
):
    """Values node groups can be made from."""

    # 1.0: Initial version
    VERSION = '1.0'
    MODEL = models.NodeGroupTemplate


@base.VersionedObjectRegistry.register
class NodeGroupTemplateList(
    TemplateObjectList[NodeGroupTemplate], base.SaharaExtObject
):
    """Templates of node groups."""

    # 1.0: Initial version
    VERSION = '1.0'
    ITEM = NodeGroupTemplate

    fields = {
        'objects': ovo_fields.ListOfObjectsField('NodeGroupTemplate'),
    }


@base.VersionedObjectRegistry.register
class ClusterTemplate(TemplateObject, ClusterObject, base.SaharaExtObject):
    """Values clusters can be made from."""

    # 1.0: Initial version
    VERSION = '1.0'
    MODEL = models.ClusterTemplate

    fields = {
        #: Values of node groups: a dict each, of the names of their fields.
        'node_groups': JsonListField(default=[]),
    }


@base.VersionedObjectRegistry.register
class ClusterTemplateList(
    TemplateObjectList[ClusterTemplate], base.SaharaExtObject
):
    """Templates of clusters."""

    # 1.0: Initial version
    VERSION = '1.0'
    ITEM = ClusterTemplate

    fields = {
        'objects': ovo_fields.ListOfObjectsField('ClusterTemplate'),
    }
