# SPDX-License-Identifier: Apache-2.0
"""Options of services, in files."""

from collections.abc import Mapping
import configparser
import pathlib
from typing import Any

#: By sections.
Options = Mapping[str, Mapping[str, Any]]


def write(path: pathlib.Path, *layers: Options) -> None:
    """Write a configuration file; later layers go over earlier ones."""
    config = configparser.RawConfigParser()
    for layer in layers:
        config.read_dict(layer)
    with path.open('w') as file:
        config.write(file)
