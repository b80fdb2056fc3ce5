# SPDX-License-Identifier: Apache-2.0
"""A compute host of the release before events had hosts, as a program.

Its objects are one version back: they lack the fields, and the methods the
arguments, that came since.
"""

from collections.abc import Callable
import sys
from typing import Any

from nova_ext import objects
from nova_ext.cmd import compute
from nova_ext.objects.base import NovaExtObject
from nova_ext.objects.instance_action_event import InstanceActionEvent
from nova_ext.objects.migration import Migration


def main() -> int:
    """Run the service with old objects; return its exit status."""
    objects.register_all()
    _age(Migration, '1.6', 'user_id', 'project_id')
    _age(InstanceActionEvent, '1.1', 'host')
    for name in ('event_start', 'event_finish_with_failure'):
        method = getattr(InstanceActionEvent, name)
        setattr(InstanceActionEvent, name, _without_host(method))
    return compute.main()


def _age(cls: type[NovaExtObject], version: str, *newer: str) -> None:
    cls.VERSION = version
    for name in newer:
        del cls.fields[name]
        # To today's code, which asks.
        setattr(cls, name, None)


def _without_host(method: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, host: str, **kwargs: Any) -> Any:
        return method(*args, **kwargs)

    return wrapper


if __name__ == '__main__':
    sys.exit(main())
