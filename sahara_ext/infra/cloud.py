# SPDX-License-Identifier: Apache-2.0
"""The way to the compute API, into the project of each cluster."""

import functools
import threading
from typing import Any

from keystoneauth1 import loading
from keystoneauth1 import token_endpoint
from keystoneauth1.plugin import BaseAuthPlugin
from openstack import connection
from openstack.proxy import Proxy
from oslo_config import cfg

from ext_lib import connection_pool
from sahara_ext import exception
from sahara_ext.conf import infra_compute
from sahara_ext.objects.cluster import Cluster

_GROUP = infra_compute.GROUP.name
#: Skips the look at what versions there are: all clouds have this one.
_VERSION = '2.1'
#: How many projects are remembered.
_PROJECTS = 128
#: What may stand in the options to say another scope than the cluster's.
_SCOPES = (
    'project_name',
    'project_domain_id',
    'project_domain_name',
    'domain_id',
    'domain_name',
    'system_scope',
    'trust_id',
)


class Cloud:
    """The cloud that servers of all clusters are in.

    :param conf: configuration with the group ``[infra_compute]``
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._lock = threading.Lock()
        self._proxy = functools.lru_cache(_PROJECTS)(self._make_proxy)

    def compute(self, cluster: Cluster) -> Proxy:
        """Return the compute API, for the project of ``cluster``.

        :raises InfraNotConfigured: when no option says how to get there
        """
        user_id = str(cluster.user_id) if self._is_noauth else ''
        with self._lock:
            return self._proxy(user_id, str(cluster.project_id))

    def _make_proxy(self, user_id: str, project_id: str) -> Proxy:
        connected = self._connect(user_id, project_id)
        # All clusters may be of one project.
        own = self._conf.engine
        size = own.operation_workers * own.instance_workers
        connection_pool.widen(connected.session, size)
        return connected.compute

    @property
    def _is_noauth(self) -> bool:
        own = self._conf[_GROUP]
        is_noauth = self._conf.api.auth_strategy == 'noauth'
        return is_noauth and not own.cloud and not own.auth_type

    def _connect(self, user_id: str, project_id: str) -> connection.Connection:
        own = self._conf[_GROUP]
        if own.cloud:
            cloud = connection.from_config(own.cloud)
            return cloud.connect_as_project({'id': project_id})
        if self._is_noauth:
            auth = self._token(f'{user_id}:{project_id}')
        else:
            auth = self._credentials(project_id)
        session = loading.load_session_from_conf_options(
            self._conf, _GROUP, auth=auth
        )
        return connection.Connection(
            session=session,
            region_name=own.region_name,
            compute_api_version=_VERSION,
            compute_interface=own.interface,
            compute_endpoint_override=own.endpoint_override,
        )

    def _token(self, token: str) -> BaseAuthPlugin:
        endpoint = self._conf[_GROUP].endpoint_override
        if not endpoint:
            raise exception.InfraNotConfigured(option='endpoint_override')
        return token_endpoint.Token(endpoint, token)

    def _credentials(self, project_id: str) -> BaseAuthPlugin:
        auth_type = self._conf[_GROUP].auth_type
        if not auth_type:
            raise exception.InfraNotConfigured(option='cloud or auth_type')
        options = loading.get_plugin_loader(auth_type).get_options()
        known = {option.dest for option in options}
        if 'project_id' not in known:
            raise exception.InfraNotConfigured(
                option='auth_type with a project'
            )
        scope: dict[str, str | None] = dict.fromkeys(known & {*_SCOPES})
        scope['project_id'] = project_id
        found: Any = loading.load_auth_from_conf_options(
            self._conf, _GROUP, **scope
        )
        return found
