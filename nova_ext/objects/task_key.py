# SPDX-License-Identifier: Apache-2.0
"""Idempotency keys of tasks, with the answers that repeats get."""

from typing import Any

from oslo_serialization import jsonutils
from oslo_versionedobjects import fields

from ext_lib.context import RequestContext
from nova_ext.db.api import task as task_db
from nova_ext.db.api import task_key as task_key_db
from nova_ext.objects import base
from nova_ext.objects.task import Task


@base.VersionedObjectRegistry.register
class TaskKey(base.NovaExtObject):
    """The key of one request, and what is stored of the answer to it."""

    # 1.0: Initial version
    VERSION = '1.0'
    NOT_COLUMNS = frozenset({'headers', 'omitted', 'task'})

    fields = {
        'task_id': fields.IntegerField(),
        #: Digest of the key and of whose it is; the key itself is not stored.
        'key': fields.StringField(),
        #: Digest of the request and of its key.
        'fingerprint': fields.StringField(),
        #: Status line of the answer; None while there is none.
        'status': fields.StringField(nullable=True),
        'headers': fields.DictOfStringsField(),
        #: None when it is not stored: it was too long, or no text of JSON.
        'body': fields.StringField(nullable=True),
        #: Names of what was taken out of the body.
        'omitted': fields.ListOfStringsField(),
        'task': fields.ObjectField('Task'),
    }

    def _load_rest(self, row: Any) -> None:
        self.headers = jsonutils.loads(row.headers or '{}')
        self.omitted = jsonutils.loads(row.omitted or '[]')

    @classmethod
    @base.remotable
    def get_by_key(cls, context: RequestContext, key: str) -> 'TaskKey | None':
        """Return a key with its task, None when it is not in use."""
        row = task_key_db.task_key_get(context, key)
        if row is None:
            return None
        holder = task_db.task_get_by_id(context, row.task_id)
        if holder is None:
            return None
        found = cls.from_row(context, row)
        found.task = Task.from_row(context, holder)
        found.obj_reset_changes()
        return found

    @property
    def is_answered(self) -> bool:
        """Return whether the answer to its request is stored."""
        return self.status is not None

    @property
    def is_held(self) -> bool:
        """Return whether it protects its request.

        It does not when the request turned out to have had no effect.
        """
        return self.is_answered or self.task.reservation is not None

    @base.remotable
    def destroy(self) -> None:
        """Give the key up: it may be used anew."""
        task_key_db.task_key_destroy(self.obj_context, self.task_id)


def columns(
    status: str,
    headers: dict[str, str],
    body: str | None,
    omitted: list[str],
) -> dict[str, Any]:
    """Return the columns of an answer to store."""
    return {
        'status': status,
        'headers': jsonutils.dumps(headers),
        'body': body,
        'omitted': jsonutils.dumps(omitted),
    }
