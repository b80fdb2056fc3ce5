# SPDX-License-Identifier: Apache-2.0
"""A region of a real cloud, with services of its own in the catalog."""

import pathlib
import secrets
from typing import Any

import fixtures
import openstack
import yaml

from ext_lib.tests.realcloud import cloud

_INTERFACES = ('public', 'internal', 'admin')
_DOMAIN = 'default'
#: Users of the cloud, by their role in the project demo; alt has none.
USERS = ('admin', 'alt', 'demo', 'manager', 'reader')
_PREFIX = 'realcloud-'


class Realm(fixtures.Fixture):
    """A new region beside the cloud's own; it goes with the test.

    Users, projects, keystone and glance are those of the cloud.

    ``region`` is its name, ``password`` the one of all its users of services.

    :param of: the cloud
    """

    def __init__(self, of: cloud.Cloud) -> None:
        super().__init__()
        self._cloud = of
        self.password = secrets.token_hex(16)
        self.region = f'audit-{secrets.token_hex(4)}'

    def _setUp(self) -> None:
        connection = openstack.connect(
            load_yaml_config=False,
            load_envvars=False,
            **self._cloud.clouds[f'{_PREFIX}admin'],
        )
        self.addCleanup(connection.close)
        identity: Any = connection.identity
        self._identity = identity
        self._identity.create_region(id=self.region)
        self.addCleanup(self._identity.delete_region, self.region)
        for service_type in ('identity', 'image'):
            [endpoint] = self._identity.endpoints(
                service_id=self._service(service_type).id,
                interface='public',
                region_id=cloud.REGION,
            )
            self.add_endpoint(service_type, endpoint.url)

    def add_endpoint(self, service_type: str, url: str) -> None:
        """Put a service into the catalog, for the region alone."""
        service = self._service(service_type)
        for interface in _INTERFACES:
            endpoint = self._identity.create_endpoint(
                service_id=service.id,
                interface=interface,
                url=url,
                region_id=self.region,
            )
            self.addCleanup(self._identity.delete_endpoint, endpoint)

    def _service(self, service_type: str) -> Any:
        for service in self._identity.services(type=service_type):
            return service
        made = self._identity.create_service(
            type=service_type, name=service_type
        )
        self.addCleanup(self._identity.delete_service, made)
        return made

    def add_user(self, name: str, *projects: str) -> str:
        """Create the user of a service; return its name.

        It is a service in the project ``service``, a member in others.
        """
        unique = f'{name}-{self.region}'
        user = self._identity.create_user(
            name=unique, password=self.password, domain_id=_DOMAIN
        )
        self.addCleanup(self._identity.delete_user, user)
        self._grant(user, 'service', 'service')
        for project in projects:
            self._grant(user, project, 'member')
        return unique

    def _grant(self, user: Any, project: str, role: str) -> None:
        self._identity.assign_project_role_to_user(
            self._identity.find_project(project),
            user,
            self._identity.find_role(role),
        )

    def credentials(self, user: str) -> dict[str, str]:
        """Return options with which a service asks keystone."""
        return {
            'auth_type': 'password',
            'auth_url': self._cloud.identity_url,
            'username': user,
            'password': self.password,
            'user_domain_id': _DOMAIN,
            'region_name': self.region,
        }

    def authtoken(self, user: str) -> dict[str, str]:
        """Return options with which a service validates tokens."""
        return {
            **self.credentials(user),
            'www_authenticate_uri': self._cloud.identity_url,
            'project_name': 'service',
            'project_domain_id': _DOMAIN,
            'memcached_servers': f'127.0.0.1:{self._cloud.memcached}',
            'service_token_roles': 'service',
            'service_token_roles_required': 'true',
        }

    def write_clouds(self, path: pathlib.Path) -> None:
        """Write a clouds.yaml that leads the users of the cloud here."""
        clouds = {
            user: {
                **self._cloud.clouds[f'{_PREFIX}{user}'],
                'region_name': self.region,
            }
            for user in USERS
        }
        path.write_text(yaml.safe_dump({'clouds': clouds}))
