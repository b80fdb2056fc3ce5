# SPDX-License-Identifier: Apache-2.0
"""Needs of the driver, checked before it starts."""

import os
import pathlib
import pwd
import shutil

from oslo_config import cfg

from ext_lib.startup_errors import Misconfigured
from nova_ext.virt.namespace.command import ENVIRONMENT

#: Programs and the Debian packages that have them.
_PROGRAMS = {
    'ip': 'iproute2',
    'mount': 'mount',
    'ssh-keygen': 'openssh-client',
    'sshd': 'openssh-server',
    'unshare': 'util-linux',
}
#: Numbers of capabilities (linux/capability.h).
_CAPABILITIES = {'CAP_NET_ADMIN': 12, 'CAP_SYS_ADMIN': 21}
_STATUS = pathlib.Path('/proc/self/status')
#: Where a guest has directories of its own.
_REPLACED = ('/run', '/var/log')
#: File systems of the kernel, in which no home can be mounted.
_OF_KERNEL = ('/dev', '/proc', '/sys')
#: Directories of the machine without which no program of a guest runs.
_NEEDED = ('/bin', '/etc', '/lib', '/sbin', '/usr')


def check(conf: cfg.ConfigOpts) -> None:
    """Refuse to start where guests could not be run.

    :raises Misconfigured: when something is missing
    """
    _check_privileges()
    for name in _PROGRAMS:
        program(name)
    _check_login(conf)
    _check_home(conf)


def program(name: str) -> str:
    """Return the path of a program.

    :raises Misconfigured: when it is not installed
    """
    found = shutil.which(name, path=ENVIRONMENT['PATH'])
    if found is None:
        raise Misconfigured(
            f'[compute] driver: namespace needs the program {name} (of the '
            f'package {_PROGRAMS[name]}), which is not installed.'
        )
    return found


def _check_privileges() -> None:
    if os.geteuid() != 0:
        raise Misconfigured('[compute] driver: namespace has to run as root.')
    lines = dict(
        line.split(':', 1) for line in _STATUS.read_text().splitlines()
    )
    effective = int(lines['CapEff'], 16)
    for name, number in _CAPABILITIES.items():
        if not effective >> number & 1:
            raise Misconfigured(
                f'[compute] driver: namespace needs {name}, which this '
                'process has not.'
            )


def _check_login(conf: cfg.ConfigOpts) -> None:
    login, uid = conf.namespace.login, conf.namespace.login_uid
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        pass
    else:
        raise Misconfigured(
            f'[namespace] login_uid: {uid} is the number of the user {name} '
            'of this machine.'
        )
    try:
        pwd.getpwnam(login)
    except KeyError:
        return
    # Of two users of one name, programs would take either.
    raise Misconfigured(
        f'[namespace] login: {login} is a user of this machine.'
    )


def _check_home(conf: cfg.ConfigOpts) -> None:
    home = pathlib.Path(conf.namespace.home)
    if not home.is_absolute() or not home.is_dir():
        raise Misconfigured(
            f'[namespace] home: {home} is not a directory of this machine.'
        )
    _check_hidden(home)
    state = pathlib.Path(conf.namespace.state_path).resolve()
    for path in (*_REPLACED, str(home.resolve())):
        if state.is_relative_to(pathlib.Path(path).resolve()):
            raise Misconfigured(
                f'[namespace] state_path: {state} is below {path}, in the '
                'place of which servers have a directory of their own.'
            )


def _check_hidden(home: pathlib.Path) -> None:
    """Refuse a home that hides what a guest needs, or would be hidden."""
    own = home.resolve()
    replaced = (*_REPLACED, *_OF_KERNEL)
    for path in (*replaced, *_NEEDED):
        other = pathlib.Path(path).resolve()
        is_within = path in replaced and own.is_relative_to(other)
        if is_within or other.is_relative_to(own):
            raise Misconfigured(
                f'[namespace] home: a server needs {path}, which cannot be '
                f'there beside a home at {home}.'
            )
