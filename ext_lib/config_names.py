# SPDX-License-Identifier: Apache-2.0
"""Check of the configuration for misspelt names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
import difflib
import functools
from importlib import metadata
import os
import pathlib
import re
from typing import Any

from oslo_config import cfg
from stevedore import named

from ext_lib.startup_errors import Misconfigured

#: How like a known name an unknown one is that is taken for a mistake.
_LIKENESS = 0.85
_DISTRIBUTION = 'nova-ext'
#: Libraries whose options are registered as late as they are used.
_LIBRARIES = ('oslo.', 'keystonemiddleware.')
#: Those, by their entry points, whose sections most files have. The others
#: are imported for a name only that none of these knows.
_USUAL = {
    'cors': 'oslo.middleware.cors',
    'database': 'oslo.db',
    'default': 'oslo.messaging',
    'healthcheck': 'oslo.middleware.healthcheck',
    'keystone_authtoken': 'keystonemiddleware.auth_token',
    'oslo_messaging_kafka': 'oslo.messaging',
    'oslo_messaging_notifications': 'oslo.messaging',
    'oslo_messaging_rabbit': 'oslo.messaging',
    'oslo_middleware': 'oslo.middleware',
    'oslo_policy': 'oslo.policy',
    'oslo_reports': 'oslo.reports',
}
_OPTIONS = 'oslo.config.opts'
#: Options, of any section, that name further sections.
_NAMES_SECTIONS = 'databases'
#: An option of sections with more options than can be listed here.
_OPEN = 'auth_type'
_VARIABLE = re.compile('OS_([A-Z0-9_]+?)__([A-Z0-9_]+)')
_INVALID = re.compile(
    r"(?:detail='(?P<source>[^']*)'.*)?is not valid: (?P<reason>.*)", re.DOTALL
)

#: Names of options by section; those of a section that is open are empty.
_Names = Mapping[str, frozenset[str]]
_NOTHING: frozenset[str] = frozenset()


def check(conf: cfg.ConfigOpts) -> None:
    """Check the names in all files and variables, and all values.

    A name that is close to a known one is a mistake; any other may be meant
    for another program.

    :raises Misconfigured: when a value is not valid, or the name of a section
        or an option is misspelt
    """
    # Others may read the same files, and name sections in them.
    registered = {**dict.fromkeys(_named(conf), _NOTHING), **_registered(conf)}
    for source, section, option in _given(conf):
        if not _is_known(section, option, registered):
            _check_name(source, section, option, registered)


def _is_known(section: str, option: str, registered: _Names) -> bool:
    """Return whether a name is right, as far as is cheap to find out."""
    if _has(registered, section, option):
        return True
    usual = _USUAL.get(section)
    if usual is None:
        # Where it is that of a database, it is another section's name.
        return registered.get(section) == _NOTHING
    return _has(_of_library(usual), section, option)


def _has(names: _Names, section: str, option: str) -> bool:
    """Return whether a section, or an option of it, is among the names."""
    if section not in names or not option:
        return section in names
    return option in names[section] or _OPEN in names[section]


def _check_name(
    source: str, section: str, option: str, registered: _Names
) -> None:
    listed = _of_libraries()
    sections = {*registered, *listed}
    if section not in sections:
        alike = _alike(section, sections)
        if alike:
            raise Misconfigured(
                f'{source}: The section [{section}] is not known. Is '
                f'[{alike}] meant?'
            )
        return
    if _has(listed, section, option):
        return
    options = {*registered.get(section, ()), *listed.get(section, ())}
    alike = _alike(option, options)
    if alike:
        raise Misconfigured(
            f'{source}: The option {option} in the section [{section}] is '
            f'not known. Is {alike} meant?'
        )


def _alike(name: str, names: set[str]) -> str | None:
    alike = difflib.get_close_matches(name, names, 1, _LIKENESS)
    return alike[0] if alike else None


def _registered(conf: cfg.ConfigOpts) -> _Names:
    """Return all names that are registered, having read all values once."""
    found: dict[str, frozenset[str]] = {}
    top = set()
    for name in conf:
        value = _value(conf, name, 'DEFAULT')
        if not isinstance(value, cfg.ConfigOpts.GroupAttr):
            top.add(name)
            continue
        found[name.lower()] = frozenset(value)
        for option in value:
            content = _value(value, option, name)
            if option == _NAMES_SECTIONS:
                # They have the options of databases.
                found |= dict.fromkeys(map(str.lower, content), frozenset())
    return {**found, 'default': frozenset(top)}


def _value(values: Mapping[str, Any], option: str, section: str) -> Any:
    try:
        return values[option]
    except cfg.ConfigSourceValueError as error:
        said = _INVALID.search(str(error))
        source, reason = (
            (said['source'], said['reason']) if said else (None, str(error))
        )
        where = f'{source}: ' if source else ''
        raise Misconfigured(
            f'{where}[{section}] {option} is not valid: {reason}.'
        ) from error


def _named(conf: cfg.ConfigOpts) -> Iterator[str]:
    """Yield the names of sections that options in files are about."""
    for path in _files(conf):
        for options in _parsed(path).values():
            for value in options.get(_NAMES_SECTIONS, ()):
                yield from (name.strip().lower() for name in value.split(','))


def _parsed(path: pathlib.Path) -> dict[str, dict[str, list[str]]]:
    sections: dict[str, dict[str, list[str]]] = {}
    cfg.ConfigParser(str(path), sections).parse()
    return sections


def _given(conf: cfg.ConfigOpts) -> Iterator[tuple[str, str, str]]:
    """Yield source, section and option of all that is configured."""
    for path in _files(conf):
        for section, options in _parsed(path).items():
            yield str(path), section.lower(), ''
            for option in options:
                yield str(path), section.lower(), option.replace('-', '_')
    for variable in os.environ:
        found = _VARIABLE.fullmatch(variable)
        if found:
            yield variable, found[1].lower(), found[2].lower()


def _files(conf: cfg.ConfigOpts) -> Iterator[pathlib.Path]:
    for name in conf.config_file or ():
        yield pathlib.Path(name)
    for directory in conf.config_dir or ():
        yield from sorted(pathlib.Path(directory).glob('*.conf'))


@functools.cache
def _of_library(name: str) -> _Names:
    """Return the names in one library, by the name of its entry point."""
    # stevedore keeps entry points in a file, others search all of Python's.
    manager: named.NamedExtensionManager[Any]
    manager = named.NamedExtensionManager(_OPTIONS, [name])
    return _names(extension.plugin for extension in manager)


@functools.cache
def _of_libraries() -> _Names:
    """Return the names of all that may be registered later, or was once."""
    return _names(
        entry_point.load()
        for entry_point in metadata.entry_points(group=_OPTIONS)
        if getattr(entry_point.dist, 'name', '') == _DISTRIBUTION
        or entry_point.name.startswith(_LIBRARIES)
    )


def _names(listings: Iterable[Callable[[], Any]]) -> _Names:
    """Return the names in what the entry points of libraries list."""
    found: dict[str, set[str]] = {}
    for listing in listings:
        for group, options in listing():
            section = str(getattr(group, 'name', group) or 'default')
            names = found.setdefault(section.lower(), set())
            for option in options:
                _add_names(option, section, names, found)
    return {name: frozenset(names) for name, names in found.items()}


def _add_names(
    option: cfg.Opt,
    section: str,
    names: set[str],
    found: dict[str, set[str]],
) -> None:
    names.add(option.dest)
    for old in option.deprecated_opts:
        where = (old.group or section).lower()
        name = old.name or option.dest
        found.setdefault(where, set()).add(name.replace('-', '_'))
