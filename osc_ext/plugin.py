# SPDX-License-Identifier: Apache-2.0
"""The plugin of python-openstackclient, which every command loads.

It therefore imports nothing but what the client has loaded itself; the rest
is imported when it is used.
"""

import argparse
from collections.abc import Sequence
import importlib
import os
from typing import Any, Final

API_NAME: Final = 'osc_ext'
API_VERSION_OPTION: Final = 'os_osc_ext_api_version'
#: None: the commands are in the groups of the services that they ask.
DEFAULT_API_VERSION: Final = ''

_VARIABLE: Final = 'OS_TASK_TAG'


def make_client(instance: Any) -> Any:
    """Return the connection of openstacksdk.

    :param instance: the client manager
    """
    return instance.sdk_connection


def build_option_parser(
    parser: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add the global options."""
    tag = os.environ.get(_VARIABLE, '')
    parser.add_argument(
        '--task-tag',
        metavar='<task-tag>',
        action=_TaskTag,
        default=tag,
        help='Tag of the requests that change a server, so that a command '
        'whose answer was lost can be repeated: each of its requests is '
        'carried out once. "auto" makes one and prints it. It takes a compute '
        f'API with tasks (Env: {_VARIABLE})',
    )
    if tag:
        _enable_tags()
    return parser


class _TaskTag(argparse.Action):
    """Stores the tag, and has commands send it."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        namespace.task_tag = values
        namespace.task_tag_given = True
        _enable_tags()


def _enable_tags() -> None:
    importlib.import_module('osc_ext.tagged_command').enable()
