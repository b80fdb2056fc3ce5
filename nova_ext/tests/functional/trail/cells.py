# SPDX-License-Identifier: Apache-2.0
"""A cell of a nova, with what nova does to its database."""

import datetime
import itertools

from oslo_utils import timeutils
import sqlalchemy as sa
from sqlalchemy import orm

from nova_ext.db import models
from nova_ext.db.trail import record_kinds
from nova_ext.db.trail import shadow
from nova_ext.tests import nova_database
from nova_ext.tests.functional import rows

_MODELS = {
    record_kinds.SERVERS: models.Instance,
    record_kinds.ACTIONS: models.InstanceAction,
    record_kinds.EVENTS: models.InstanceActionEvent,
    record_kinds.MIGRATIONS: models.Migration,
}


def now():
    """Return the present moment, as a nova of today stores it."""
    return timeutils.utcnow().replace(microsecond=0)


def seconds(number):
    """Return a time of so many seconds."""
    return datetime.timedelta(seconds=number)


class Cell:
    """Database of a cell. Its numbers grow, whatever is deleted."""

    def __init__(self, url):
        self.url = url
        self.engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        nova_database.make(self.engine)
        self.next = {model: itertools.count(1) for model in _MODELS.values()}

    def add(self, *new):
        """Store rows; return their numbers."""
        numbers = []
        with orm.Session(self.engine) as session:
            for row in new:
                if row.id is None:
                    row.id = next(self.next[type(row)])
                numbers.append(row.id)
                session.add(row)
                session.flush()
            session.commit()
        return numbers

    def server(self, **columns):
        """Store a server; return its uuid."""
        row = rows.server(created_at=now(), **columns)
        uuid = row.uuid
        self.add(row)
        return uuid

    def begin(self, uuid, name='stop', **columns):
        """Store an action with an event that has not ended."""
        [action] = self.add(
            rows.action(
                uuid,
                action=name,
                created_at=now(),
                start_time=now(),
                updated_at=now(),
                **columns,
            )
        )
        return action, self.step(action)

    def step(self, action, **columns):
        """Store one more event of an action."""
        self.update(models.InstanceAction, action, updated_at=now())
        values = {'finish_time': None, 'result': None, 'created_at': now()}
        [event] = self.add(rows.event(action, **values | columns))
        return event

    def end(self, action, event, result='Success'):
        """Store the end of an event, as nova does."""
        moment = now() + datetime.timedelta(seconds=1)
        values = {'finish_time': moment, 'result': result}
        changes = {'updated_at': moment}
        if result == 'Error':
            values.update(
                traceback='  File\n' * 2000, details='b\xf6se \u2603'
            )
            changes['message'] = 'Error'
        with self.engine.begin() as connection:
            for model, number, new in (
                (models.InstanceActionEvent, event, values),
                (models.InstanceAction, action, changes),
            ):
                table = model.__table__
                connection.execute(
                    table.update().where(table.c.id == number).values(new)
                )

    def update(self, model, number, **values):
        """Change a row."""
        table = model.__table__
        with self.engine.begin() as connection:
            connection.execute(
                table.update().where(table.c.id == number).values(values)
            )

    def rename(self, uuid, name):
        """Give a server another name."""
        table = models.Instance.__table__
        with self.engine.begin() as connection:
            connection.execute(
                table.update()
                .where(table.c.uuid == uuid)
                .values(display_name=name)
            )

    def delete_server(self, uuid):
        """Delete a server as nova does; its actions stay."""
        action, event = self.begin(uuid, 'delete')
        self.end(action, event)
        with self.engine.begin() as connection:
            for model in (models.Instance, models.Migration):
                table = model.__table__
                of = 'uuid' if model is models.Instance else 'instance_uuid'
                connection.execute(
                    table.update()
                    .where(table.c[of] == uuid)
                    .values(
                        deleted=table.c.id,
                        deleted_at=now(),
                        updated_at=table.c.updated_at,
                    )
                )

    def purge(self, uuid):
        """Remove a server and all that belongs to it, as nova-manage does."""
        purge(self.engine, uuid)

    def make_shadows(self):
        """Make the tables to which a nova moves what is deleted."""
        for kind in shadow.SHADOWS:
            kind.origin.create(self.engine, checkfirst=True)

    def archive(self, uuid):
        """Move a server and all that belongs to it, as nova-manage does."""
        server, action = models.Instance, models.InstanceAction
        event, migration = models.InstanceActionEvent, models.Migration
        actions = sa.select(action.id).where(action.instance_uuid == uuid)
        conditions = {
            event: event.action_id.in_(actions),
            action: action.instance_uuid == uuid,
            migration: migration.instance_uuid == uuid,
            server: server.uuid == uuid,
        }
        shadows = {kind.name: kind.origin for kind in shadow.SHADOWS}
        with self.engine.begin() as connection:
            for kind, model in _MODELS.items():
                target = shadows[kind.name]
                names = target.columns.keys()
                columns = [model.__table__.c[name] for name in names]
                rows = sa.select(*columns).where(conditions[model])
                connection.execute(target.insert().from_select(names, rows))
            for model, condition in conditions.items():
                connection.execute(model.__table__.delete().where(condition))

    def archived(self, kind):
        """Return what was archived of a kind, by number."""
        [found] = [one for one in shadow.SHADOWS if one.name == kind.name]
        return self.content(found)

    def content(self, kind):
        """Return what the trail copies of a kind, by number."""
        names = kind.columns
        statement = sa.select(*(kind.origin.c[name] for name in names))
        with self.engine.connect() as connection:
            return {
                row[0]: dict(zip(names, row, strict=True))
                for row in connection.execute(statement)
            }


def purge(engine, uuid):
    """Remove a server and all that belongs to it from a database."""
    server, action = models.Instance, models.InstanceAction
    event, migration = models.InstanceActionEvent, models.Migration
    actions = sa.select(action.id).where(action.instance_uuid == uuid)
    with engine.begin() as connection:
        for table, condition in (
            (event.__table__, event.action_id.in_(actions)),
            (action.__table__, action.instance_uuid == uuid),
            (migration.__table__, migration.instance_uuid == uuid),
            (server.__table__, server.uuid == uuid),
        ):
            connection.execute(table.delete().where(condition))
