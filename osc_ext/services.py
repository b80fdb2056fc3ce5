# SPDX-License-Identifier: Apache-2.0
"""The services that commands ask, from the client manager of a command.

The client imports the modules of all commands whenever it starts. What costs
time is therefore imported when a command runs.
"""

import argparse
import importlib
from typing import Any

_SDK = 'osc_ext.sdk'


def compute(manager: Any) -> Any:
    """Return the proxy of the compute API, with tasks."""
    sdk = importlib.import_module(_SDK)
    return sdk.register(manager.sdk_connection).compute


def identity(manager: Any) -> Any:
    """Return the proxy of the identity API."""
    return manager.sdk_connection.identity


def data_processing(manager: Any) -> Any:
    """Return the proxy of the data processing API.

    ``--os-data-processing-url`` of python-saharaclient's plugin decides where
    it is, as for the commands of that.
    """
    sdk = importlib.import_module(_SDK)
    connection = sdk.register(manager.sdk_connection)
    # The default of that plugin is 1.1, which the SDK takes for a
    # microversion, of which this API has none.
    connection.config.config.pop('data_processing_api_version', None)
    proxy = connection.data_processing
    url = manager.get_configuration().get('data_processing_url')
    if url:
        proxy.endpoint_override = url
    return proxy


def page(parsed_args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of a list that the options of pages ask for."""
    query: dict[str, Any] = {}
    if parsed_args.marker:
        query['marker'] = parsed_args.marker
    if parsed_args.limit:
        query.update(limit=parsed_args.limit, paginated=False)
    # Not all commands and clients have this option: that of Python 3.10 has
    # not.
    most = getattr(parsed_args, 'max_items', None)
    if most is not None:
        query['max_items'] = most
    return query
