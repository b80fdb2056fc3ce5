# SPDX-License-Identifier: Apache-2.0
"""The package in the environment of nova, where it must change no other."""

import json
import pathlib
import shutil
import subprocess
import time

from ext_lib.tests.realcloud import cloud

NAME = 'nova-ext'
_PASTE = """\
[filter:tasks]
paste.filter_factory = {module}:filter_factory
config_file = {conf}
"""
_CONF = """\
[database]
connection = {url}

[tasks]
request_timeout = 30
"""


class Package:
    """The package, in a cloud or out of it."""

    def __init__(self, into: cloud.Cloud) -> None:
        self.cloud = into
        self._before = into.place / 'packages.json'

    def install(self, module: str) -> None:
        """Install the package and put the filter into nova-api.

        :param module: has the factory of the filter
        :raises RuntimeError: when that changed another package of nova's
        """
        place = self.cloud.place
        paste = place / 'paste.ini'
        paste.write_text(_PASTE.format(module=module, conf=self.cloud.conf))
        self.cloud.conf.write_text(_CONF.format(url=self.cloud.database))
        before = self._packages()
        self._before.write_text(json.dumps(before))
        self.cloud.restart_nova(
            REALCLOUD_NOVA_PIP=str(self._wheel()),
            REALCLOUD_NOVA_PASTE_FILTERS='tasks',
            REALCLOUD_NOVA_PASTE_INI=str(paste),
        )
        after = self._packages()
        if changed := _changed(before, after):
            raise RuntimeError('Packages changed: ' + ', '.join(changed))
        if NAME not in after:
            raise RuntimeError(f'nova does not have {NAME}')
        conf = f'--config-file={self.cloud.conf}'
        self._call('nova-ext-manage', conf, 'db', 'sync')

    def remove(self) -> None:
        """Leave nova's environment as it was, or none where that is lost."""
        waste = self.cloud.place / 'waste'
        shutil.rmtree(waste, ignore_errors=True)
        if self._before.exists() and self.cloud.bin.exists():
            before = json.loads(self._before.read_text())
            after = self._packages()
            if _changed(before, after):
                self.cloud.bin.parent.rename(waste)
            elif added := sorted(after.keys() - before.keys()):
                self._call('pip', 'uninstall', '--quiet', '--yes', *added)
        self._before.unlink(missing_ok=True)
        shutil.rmtree(waste, ignore_errors=True)

    def _wheel(self) -> pathlib.Path:
        place = self.cloud.place
        for old in place.glob('*.whl'):
            old.unlink()
        # What an earlier build left among the sources must not get into it,
        # nor be there while it is made: programs that run beside it would
        # take that for the package, and look for entry points there.
        build = place / 'build'
        shutil.rmtree(build, ignore_errors=True)
        build.mkdir()
        options = place / 'build.cfg'
        options.write_text(
            f'[build]\nbuild_base = {build}\n[egg_info]\negg_base = {build}\n'
        )
        self._call(
            *('pip', 'wheel', '--quiet', '--no-deps', '--wheel-dir'),
            *(str(place), str(cloud.SOURCES)),
            DIST_EXTRA_CONFIG=str(options),
            # A new version each time, so that pip takes it for another.
            PBR_VERSION=f'0.0.0.dev{int(time.time())}',
        )
        [wheel] = place.glob('*.whl')
        return wheel

    def _packages(self) -> dict[str, str]:
        freeze = self._call('pip', 'list', '--format=freeze')
        pairs = (line.partition('==') for line in freeze.split())
        return {name: version for name, _, version in pairs}

    def _call(self, program: str, *arguments: str, **variables: str) -> str:
        """Run a program of nova's environment; return what it printed."""
        done = subprocess.run(
            [str(self.cloud.bin / program), *arguments],
            env=cloud.environment(**variables),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [
        f'{name} {version} -> {after.get(name)}'
        for name, version in before.items()
        if version != after.get(name)
    ]
