# SPDX-License-Identifier: Apache-2.0
"""Whether a nova-api has the tasks filter, as its paste file tells."""

import configparser
import pathlib

_FACTORY = 'nova_ext.middleware.tasks:filter_factory'
_APPLICATION = 'osapi_compute_app_v21'
_FILTER = 'filter:'


def unprotected(path: pathlib.Path) -> list[str]:
    """Return the pipelines that lack the filter, or have it too early.

    It belongs right before the application: what a filter behind it refuses
    would leave a task of a request that never was.

    :param path: of a nova's ``api-paste.ini``
    :returns: names such as ``openstack_compute_api_v21 keystone``
    :raises configparser.Error: when the file is no paste file
    :raises OSError: when it cannot be read
    """
    paste = configparser.RawConfigParser(strict=False)
    # What paste takes for options begins with a word in upper case or not.
    paste.optionxform = str  # type: ignore[method-assign,assignment]
    paste.read_string(path.read_text())
    filters = {
        section.removeprefix(_FILTER)
        for section in paste.sections()
        if section.startswith(_FILTER)
        and paste.get(section, 'paste.filter_factory', fallback='') == _FACTORY
    }
    return [
        f'{section.partition(":")[2]} {name}'
        for section in paste.sections()
        for name, pipeline in paste.items(section)
        if _lacks(pipeline.split(), filters)
    ]


def _lacks(pipeline: list[str], filters: set[str]) -> bool:
    if len(pipeline) < 2 or pipeline[-1] != _APPLICATION:
        return False
    return pipeline[-2] not in filters
