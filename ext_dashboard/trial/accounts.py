# SPDX-License-Identifier: Apache-2.0
"""Projects, users, roles and the catalog in keystone."""

from typing import Any

from keystoneauth1 import session
from keystoneauth1.identity import v3
from keystoneclient.v3 import client

from ext_dashboard.trial import place as places
from ext_dashboard.trial.place import Place

_DOMAIN = 'default'
#: Names of the services in the catalog, by type.
_SERVICES = {
    'identity': 'keystone',
    'compute': 'nova-ext',
    'data-processing': 'sahara-ext',
}


def store(place: Place) -> None:
    """Make in keystone what is missing, and correct URLs.

    :raises keystoneauth1.exceptions.ClientException: when it refuses
    """
    _Accounts(place).store()


class _Accounts:
    def __init__(self, place: Place) -> None:
        self._place = place
        # Not from the catalog, which is empty at first, or out of date.
        self._client = client.Client(
            session=_session(place), endpoint_override=place.url('identity')
        )

    def store(self) -> None:
        """Make what is missing, and correct URLs."""
        project = self._named(self._client.projects, places.PROJECT)
        for name, role in places.USERS.items():
            self._user(name, project, role)
        project = self._named(
            self._client.projects, places.SERVICE_PROJECT, domain=_DOMAIN
        )
        self._user(places.SERVICE_USER, project, 'service')
        for service_type, name in _SERVICES.items():
            self._service(service_type, name)

    def _named(self, manager: Any, name: str, **made_with: Any) -> Any:
        found = manager.list(name=name)
        return found[0] if found else manager.create(name=name, **made_with)

    def _user(self, name: str, project: Any, role: str) -> None:
        user = self._named(
            self._client.users,
            name,
            domain=_DOMAIN,
            password=self._place.password(name),
        )
        self._client.users.update(user, default_project=project)
        self._client.roles.grant(
            self._named(self._client.roles, role), user=user, project=project
        )

    def _service(self, service_type: str, name: str) -> None:
        services, endpoints = self._client.services, self._client.endpoints
        known = services.list(type=service_type)
        service = (
            known[0]
            if known
            else services.create(name=name, type=service_type)
        )
        url = self._place.url(service_type)
        for interface in ('public', 'internal'):
            found = endpoints.list(service=service, interface=interface)
            if not found:
                endpoints.create(service, url, interface, places.REGION)
            elif found[0].url != url:
                endpoints.update(found[0], url=url)


def _session(place: Place) -> Any:
    return session.Session(
        v3.Password(
            auth_url=place.url('identity'),
            username='admin',
            password=place.password('admin'),
            user_domain_id=_DOMAIN,
            project_name=places.PROJECT,
            project_domain_id=_DOMAIN,
        )
    )
