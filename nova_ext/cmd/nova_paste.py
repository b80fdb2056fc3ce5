# SPDX-License-Identifier: Apache-2.0
"""The tasks filter in the paste file of a nova-api."""

from collections.abc import Container
import configparser
import functools
import pathlib

_OPTION = 'paste.filter_factory'
_FACTORY = 'nova_ext.middleware.tasks:filter_factory'
_APPLICATION = 'osapi_compute_app_v21'
_FILTER = 'filter:'


class NovaPaste:
    """The ``api-paste.ini`` of a nova.

    :raises configparser.Error: when the file is no paste file
    :raises OSError: when it cannot be read
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._file = configparser.RawConfigParser(strict=False)
        # What paste takes for options is anything but lower case.
        self._file.optionxform = str  # type: ignore[method-assign,assignment]
        self._file.read_string(path.read_text())

    def unprotected(self) -> list[str]:
        """Return the pipelines that lack the filter, or have it too early.

        It belongs right before the application: what a filter behind it
        refuses would leave a task of a request that never was.

        :returns: names such as ``openstack_compute_api_v21 keystone``
        """
        return [
            f'{section.partition(":")[2]} {name}'
            for section in self._file.sections()
            for name, pipeline in self._file.items(section)
            if _lacks(pipeline.split(), self._filters)
        ]

    def config_files(self) -> dict[str, str | None]:
        """Return the filters' own files by the names of the filters."""
        return {
            name: self._file.get(section, 'config_file', fallback=None)
            for name, section in self._filters.items()
        }

    @functools.cached_property
    def _filters(self) -> dict[str, str]:
        return {
            section.removeprefix(_FILTER): section
            for section in self._file.sections()
            if section.startswith(_FILTER) and self._is_ours(section)
        }

    def _is_ours(self, section: str) -> bool:
        factory = self._file.get(section, _OPTION, fallback='')
        return factory == _FACTORY


def _lacks(pipeline: list[str], filters: Container[str]) -> bool:
    if len(pipeline) < 2 or pipeline[-1] != _APPLICATION:
        return False
    return pipeline[-2] not in filters
