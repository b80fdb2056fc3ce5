# SPDX-License-Identifier: Apache-2.0
"""Errors of migrations: a schema cannot get to the requested version."""

from ext_lib import exception


class SchemaError(exception.Error):
    """The database cannot be brought to the requested version."""


class SchemaTooOld(SchemaError):
    """Numbered steps are missing and there is nothing to run them with."""

    msg_fmt = (
        'The database is at legacy version %(number)s and has to be at '
        '%(last)s before it can continue, but sqlalchemy-migrate is not '
        'installed here. Run "%(command)s" once where it is, with '
        'SQLAlchemy 1.4: pip install "%(package)s[legacy]" "SQLAlchemy<2". '
        'Then run it here again.'
    )


class SchemaTooNew(SchemaError):
    """The database was made by a later release."""

    msg_fmt = 'The database is at version %(version)s, which is not known.'


class SharedTooOld(SchemaError):
    """Tables of another program lack columns, which only that should add."""

    msg_fmt = (
        'Another program keeps the schema of this database, and its tables '
        'lack columns: %(columns)s. Nothing was changed. Upgrade its schema '
        'first: run "%(command)s".'
    )


class SharedIncomplete(SchemaError):
    """Some tables of another program are there, and some are not."""

    msg_fmt = (
        'Another program keeps the schema of this database, and not all of '
        'its tables are to be seen here; these are missing: %(tables)s. '
        'Nothing was changed. Let the account read them, or upgrade its '
        'schema first: run "%(command)s".'
    )


class WholeSchema(SchemaError):
    """A database has more tables than the requested part."""

    msg_fmt = (
        'This database has other tables of the service, too, or is about to '
        'get them. Nothing was changed. Run "%(command)s" for it.'
    )


class SharedWithAnother(SchemaError):
    """Another program would find tables that it does not know."""

    msg_fmt = (
        'Another program keeps the schema of this database. Nothing was '
        'changed. Create a database of its own and name it in the '
        'configuration file.'
    )
