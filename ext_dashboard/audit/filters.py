# SPDX-License-Identifier: Apache-2.0
"""Parameters of a request for actions, from the fields of the form."""

import re
from typing import Any, Final

from django.utils.translation import gettext as _
from openstack_dashboard.api import keystone

from ext_dashboard import rest
from ext_dashboard import times

#: Value of the field that asks for all projects.
ALL: Final = 'all'
#: Role of those who may read the records of all projects.
_AUDITOR: Final = 'audit_reader'
_TEXTS: Final = ('server_name', 'host', 'action', 'result')
#: An id as keystone makes it; of users of LDAP, twice as long.
_ID: Final = re.compile(r'(?:[0-9a-f]{32}){1,2}\Z')


def sees_all(user: Any) -> bool:
    """Return whether a user may ask for other projects, and for hosts."""
    names = {role.get('name') for role in user.roles or ()}
    return bool(user.is_superuser or _AUDITOR in names)


def query(request: Any) -> dict[str, str | None]:
    """Return the parameters; None of what is not asked for.

    :raises rest.Refused: when a field is not valid
    """
    given = {name: value.strip() for name, value in request.GET.items()}
    found = {name: given.get(name) or None for name in _TEXTS}
    if given.get('projects') != ALL:
        found['project'] = request.user.project_id
    if given.get('user'):
        found['user'] = _user(request, given['user'])
    for name in ('since', 'before'):
        if given.get(name):
            found[name] = _time(given[name])
    return found


def _user(request: Any, name: str) -> str:
    """Return the id of a user; what keystone does not resolve is one.

    :raises rest.Refused: when several users have the name
    """
    if name == request.user.username:
        return str(request.user.id)
    if _ID.match(name) or not request.user.is_superuser:
        return name
    try:
        found = keystone.user_list(request, filters={'name': name})
    except Exception:
        # Of keystone's client, of Horizon, or of a policy.
        return name
    if len(found) > 1:
        raise rest.Refused(400, _('Several users have this name.'))
    return str(found[0].id) if found else name


def _time(text: str) -> str:
    """Return a time for the API.

    :raises rest.Refused: when it is none
    """
    try:
        return times.utc(text)
    except (ValueError, OverflowError):
        raise rest.Refused(
            400, _('%(text)s is no time.') % {'text': text}
        ) from None
