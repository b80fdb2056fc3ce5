# SPDX-License-Identifier: Apache-2.0
"""Loading of an application from a paste file, with the configuration."""

from collections.abc import Callable
import contextvars
import dataclasses
import pathlib
import sys
from typing import Any, TypeVar

from oslo_config import cfg
import paste.deploy

_T = TypeVar('_T')


@dataclasses.dataclass
class _Load:
    """An application that is being loaded.

    :param made: its parts that several places of the file share
    """

    conf: cfg.ConfigOpts
    made: dict[Callable[[], Any], Any] = dataclasses.field(
        default_factory=dict
    )


_load: contextvars.ContextVar[_Load] = contextvars.ContextVar(
    'the application that is being loaded'
)


class PasteFileNotFound(Exception):
    """The file ``[wsgi] api_paste_config`` names is nowhere."""


def paste_file(conf: cfg.ConfigOpts, package: str) -> str:
    """Return the path of the paste file of the service ``package``.

    It is looked for where oslo.config looks for files, in the current
    directory, beside the installed package and beside the sources.

    :raises PasteFileNotFound: when it is nowhere
    """
    name = conf.wsgi.api_paste_config
    if found := conf.find_file(name):
        return str(found)
    installed = pathlib.Path(sys.prefix, 'etc', package)
    sources = pathlib.Path(__file__).parents[2] / 'etc' / package
    for place in (pathlib.Path(), installed, sources):
        if (place / name).is_file():
            return str((place / name).resolve())
    raise PasteFileNotFound(name)


def loadapp(conf: cfg.ConfigOpts, path: str, name: str) -> Any:
    """Return the WSGI application ``name`` of the paste file at ``path``.

    Paste hands its factories strings only; while it runs them,
    :func:`current_conf` gives them ``conf``.
    """
    token = _load.set(_Load(conf))
    try:
        return paste.deploy.loadapp(f'config:{path}', name=name)
    finally:
        _load.reset(token)


def load(conf: cfg.ConfigOpts, package: str, name: str) -> Any:
    """Return the WSGI application ``name`` of the service ``package``.

    :raises PasteFileNotFound: when there is no paste file
    """
    return loadapp(conf, paste_file(conf, package), name)


def is_loading() -> bool:
    """Return whether :func:`loadapp` runs, and not another's loader."""
    return _load.get(None) is not None


def current_conf() -> cfg.ConfigOpts:
    """Return the configuration of the application being loaded.

    :raises LookupError: outside of :func:`loadapp`
    """
    return _load.get().conf


def shared(make: Callable[[], _T]) -> _T:
    """Return what ``make`` returns, made once for an application.

    :raises LookupError: outside of :func:`loadapp`
    """
    made = _load.get().made
    if make not in made:
        made[make] = make()
    found: _T = made[make]
    return found
