# SPDX-License-Identifier: Apache-2.0
"""A table to try things on."""

from typing import Any

from oslotest import base
import sqlalchemy as sa
from sqlalchemy import orm

from ext_lib import context
from ext_lib.db import facade
from ext_lib.db import fixture

Base: Any = orm.declarative_base()


class Thing(Base):
    __tablename__ = 'things'
    __table_args__ = {'mysql_engine': 'InnoDB', 'mysql_charset': 'utf8mb4'}

    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(50), unique=True)
    kind = sa.Column(sa.Enum('small', 'large', name='kind'))
    size = sa.Column(sa.Integer)
    hidden = sa.Column(sa.Boolean)
    created_at = sa.Column(sa.DateTime)
    updated_at = sa.Column(sa.DateTime)


class TestCase(base.BaseTestCase):
    """A test with an empty table of things."""

    def setUp(self):
        super().setUp()
        self.facade = facade.Facade()
        self.database = self.useFixture(
            fixture.Database(self.facade, Base.metadata)
        )
        self.context = context.RequestContext(overwrite=False)

        @self.facade.writer
        def add(context, *rows):
            context.session.add_all(rows)

        @self.facade.reader
        def ask(context, statement):
            return context.session.scalars(statement).all()

        self._add, self._ask = add, ask

    def add(self, *rows):
        self._add(self.context, *rows)

    def ask(self, statement):
        return self._ask(self.context, statement)

    def names(self, statement):
        return [row.name for row in self.ask(statement)]
