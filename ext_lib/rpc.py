# SPDX-License-Identifier: Apache-2.0
"""Messages between processes, each with the context of its request."""

from collections.abc import Sequence
import importlib
import logging
from typing import Any

from oslo_config import cfg
import oslo_messaging as messaging

from ext_lib.context import RequestContext

LOG = logging.getLogger(__name__)

#: Errors of these modules arrive at a caller as what they were.
EXCEPTION_MODULES = ('ext_lib.exception', 'oslo_versionedobjects.exception')

#: Modules that make the options of a group known to cfg.CONF only, and read
#: them from any configuration; not every release has them.
_OPTIONS = {
    'oslo_messaging_metrics': 'oslo_messaging._metrics.client',
    'oslo_messaging_tracing': 'oslo_messaging._tracing.client',
}

#: How often a best-effort sender retries. A lost connection is made again; a
#: broker that is unreachable costs a second, or some if it does not refuse.
_RETRIES = 1


class ContextSerializer(messaging.Serializer):
    """Serializer that adds the context of a request.

    :param base: serializer of arguments and results
    """

    def __init__(self, base: messaging.Serializer) -> None:
        self._base = base

    def serialize_entity(self, context: RequestContext, entity: Any) -> Any:
        """Return what can be written as JSON."""
        return self._base.serialize_entity(context, entity)

    def deserialize_entity(self, context: RequestContext, entity: Any) -> Any:
        """Return what :meth:`serialize_entity` was given."""
        return self._base.deserialize_entity(context, entity)

    def serialize_context(self, context: RequestContext) -> dict[str, Any]:
        """Return the context's values; a user's token stays behind."""
        return {**context.to_dict(), 'auth_token': None}

    def deserialize_context(self, values: dict[str, Any]) -> RequestContext:
        """Return the context the caller acts for."""
        return RequestContext.from_dict(values)


def get_transport(
    conf: cfg.ConfigOpts, exception_modules: Sequence[str] = ()
) -> messaging.Transport:
    """Return the transport of messages that ``transport_url`` names.

    :param exception_modules: more modules of errors that keep their class
        on the way, beside EXCEPTION_MODULES
    :raises DriverLoadFailure: when there is no driver for the URL
    :raises InvalidTransportURL: when it is no URL
    """
    _register_options(conf)
    modules = [*EXCEPTION_MODULES, *exception_modules]
    try:
        return messaging.get_rpc_transport(conf, allowed_remote_exmods=modules)
    except ValueError as error:
        # About a port; without the URL, which holds a password.
        raise messaging.InvalidTransportURL('', str(error)) from error
    except ImportError as error:
        raise messaging.DriverLoadFailure(
            conf.transport_url.partition(':')[0], error
        ) from error


def _register_options(conf: cfg.ConfigOpts) -> None:
    for group, module in _OPTIONS.items():
        try:
            opts = getattr(importlib.import_module(module), group)
        except ImportError:
            continue
        conf.register_opts(opts, group=group)


def get_client(
    transport: messaging.Transport,
    target: messaging.Target,
    serializer: messaging.Serializer,
    version_cap: str | None = None,
) -> messaging.RPCClient:
    """Return a client that calls the servers of ``target``.

    :param serializer: of arguments and results
    :param version_cap: never send what needs a newer interface
    """
    return messaging.get_rpc_client(
        transport,
        target,
        serializer=ContextSerializer(serializer),
        version_cap=version_cap,
    )


class Sender:
    """Sends messages that have no answer.

    :param best_effort: whether to give up on an unreachable broker, as the
        receiver also finds the work without the message; otherwise the wait
        has no limit
    """

    def __init__(
        self, client: messaging.RPCClient, best_effort: bool = False
    ) -> None:
        self._client = client
        self._best_effort = best_effort

    def cast(
        self,
        context: RequestContext,
        method: str,
        server: str | None = None,
        **kwargs: Any,
    ) -> bool:
        """Have ``server``, or any, call a method.

        :returns: False if a best-effort sender found no broker
        """
        options = {} if server is None else {'server': server}
        if not self._best_effort:
            self._client.prepare(**options).cast(context, method, **kwargs)
            return True
        client = self._client.prepare(retry=_RETRIES, **options)
        try:
            client.cast(context, method, **kwargs)
        except Exception:
            # Of drivers, each has errors of its own for this.
            LOG.exception('Message %s not sent: to be redelivered', method)
            return False
        return True


def get_server(
    transport: messaging.Transport,
    target: messaging.Target,
    endpoints: Sequence[object],
    serializer: messaging.Serializer,
) -> messaging.MessageHandlingServer:
    """Return a server, not yet started, that gives calls to ``endpoints``.

    :param target: topic, and host as ``server``
    :param serializer: of arguments and results
    """
    return messaging.get_rpc_server(
        transport,
        target,
        endpoints,
        serializer=ContextSerializer(serializer),
        access_policy=messaging.DefaultRPCAccessPolicy,
    )
