# SPDX-License-Identifier: Apache-2.0
"""Files of a guest: its SSH server's, its users and its home.

``etc`` has what replaces files of the machine, ``home`` the work directory,
``log`` and ``run`` stand in the place of /var/log and /run.
"""

from collections.abc import Mapping
import os
import pathlib
import shutil

from oslo_config import cfg

from nova_ext.virt.namespace import command
from nova_ext.virt.namespace.guest import Guest

_HOST_KEY = 'ssh_host_ed25519_key'
_CONFIG = 'sshd_config'
_ACCOUNTS = ('passwd', 'group')
_SHELLS = ('/bin/bash', '/bin/sh')

_SSHD = """\
Port 22
ListenAddress 0.0.0.0
HostKey {key}
PidFile none
AllowUsers {login}
AuthorizedKeysFile .ssh/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
PrintMotd no
UseDNS no
UsePAM no
MaxStartups 100
Subsystem sftp internal-sftp
"""


class Files:
    """The files of one guest.

    :param conf: configuration with the group ``[namespace]``
    :param directory: of the guest
    """

    def __init__(self, conf: cfg.ConfigOpts, directory: pathlib.Path) -> None:
        self._conf = conf.namespace
        self.directory = directory
        self.etc = directory / 'etc'
        self.home = directory / 'home'
        self.log = directory / 'log'
        self.run = directory / 'run'
        self.sshd_config = self.etc / _CONFIG

    def prepare(self, key: str) -> None:
        """Create the files that starts keep, unless they exist.

        :param key: public key of the user, in the format of authorized_keys;
            empty for none
        """
        for path, mode in ((self.etc, 0o755), (self.log, 0o755)):
            path.mkdir(exist_ok=True)
            path.chmod(mode)
        self._make_host_key()
        if not self.home.exists():
            self._make_home(key)

    def prepare_start(self, guest: Guest, hostname: str) -> None:
        """Write the files that every start renews."""
        shutil.rmtree(self.run, ignore_errors=True)
        (self.run / 'sshd').mkdir(parents=True)
        self.run.chmod(0o755)
        (self.run / 'sshd').chmod(0o755)
        text = _SSHD.format(key=self.etc / _HOST_KEY, login=self._conf.login)
        _write(self.sshd_config, text)
        for name, line in self._accounts().items():
            self._write_accounts(name, line)
        _write(
            self.etc / 'hosts',
            f'127.0.0.1\tlocalhost\n{guest.address}\t{hostname}\n',
        )

    def clear(self) -> None:
        """Remove everything, as before the first start."""
        for path in (self.etc, self.home, self.log, self.run):
            shutil.rmtree(path, ignore_errors=True)

    def _make_host_key(self) -> None:
        key = self.etc / _HOST_KEY
        if key.exists():
            return
        new = self.etc / f'{_HOST_KEY}.new'
        for path in (new, new.with_name(f'{new.name}.pub')):
            path.unlink(missing_ok=True)
        command.run(
            *('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', ''),
            *('-f', str(new)),
        )
        os.replace(f'{new}.pub', f'{key}.pub')
        os.replace(new, key)

    def _make_home(self, key: str) -> None:
        new = self.home.with_name('home.new')
        shutil.rmtree(new, ignore_errors=True)
        ssh = new / '.ssh'
        ssh.mkdir(parents=True)
        keys = ssh / 'authorized_keys'
        keys.write_text(f'{key.strip()}\n' if key else '')
        keys.chmod(0o600)
        for path in (new, ssh, keys):
            os.chown(path, self._conf.login_uid, self._conf.login_uid)
        for path in (new, ssh):
            path.chmod(0o700)
        new.rename(self.home)

    def _accounts(self) -> Mapping[str, str]:
        login, uid = self._conf.login, self._conf.login_uid
        shell = next(s for s in _SHELLS if os.path.exists(s))
        user = f'{login}:*:{uid}:{uid}::{self._conf.home}:{shell}'
        return dict(zip(_ACCOUNTS, (user, f'{login}:*:{uid}:'), strict=True))

    def _write_accounts(self, name: str, line: str) -> None:
        """Write the accounts of the machine and the one of the guest."""
        own = f'{self._conf.login}:'
        with open(f'/etc/{name}', errors='surrogateescape') as machine:
            lines = [o for o in machine if not o.startswith(own)]
        _write(self.etc / name, ''.join([*lines, f'{line}\n']))


def _write(path: pathlib.Path, text: str) -> None:
    # In place: the file may be mounted where a guest runs.
    with open(path, 'w', errors='surrogateescape') as file:
        file.write(text)
    path.chmod(0o644)
