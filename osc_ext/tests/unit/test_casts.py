# SPDX-License-Identifier: Apache-2.0
"""Recordings of terminal sessions, and the documents that show them."""

import importlib.util
import json
import pathlib
from typing import Any

import testtools

_ROOT = pathlib.Path(__file__).parents[3]


def _tool() -> Any:
    spec = importlib.util.spec_from_file_location(
        'make_casts', _ROOT / 'tools' / 'make-casts.py'
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestCasts(testtools.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.tool = _tool()

    def test_there(self) -> None:
        """A recording and its text for each session."""
        expected = {
            f'{n}{s}' for n in self.tool.SESSIONS for s in ('.cast', '.txt')
        }
        found = {path.name for path in self.tool.CASTS.iterdir()}
        self.assertEqual(expected, found)

    def test_format(self) -> None:
        """Asciinema's, version 2, and the text is what it shows."""
        for name, commands in self.tool.SESSIONS.items():
            path = self.tool.CASTS / f'{name}.cast'
            header, *events = map(json.loads, path.read_text().splitlines())
            self.assertEqual(2, header['version'])
            times = [time for time, _, _ in events]
            self.assertEqual(sorted(times), times)
            self.assertEqual({'o'}, {kind for _, kind, _ in events})
            screen = self.tool.Screen()
            for _, _, text in events:
                screen.feed(text)
            shown = path.with_suffix('.txt').read_text()
            self.assertEqual(screen.text(), shown)
            self.assertNotIn('\x1b', shown)
            for command in commands:
                command = command.replace(self.tool.IMAGE, '$IMAGE')
                self.assertIn(f'$ {command}', shown)

    def test_readme(self) -> None:
        """It shows what was recorded."""
        readme = self.tool.README.read_text()
        self.assertEqual(self.tool.with_texts(readme), readme)
        for name in self.tool.SESSIONS:
            self.assertIn(f'.. cast: {name}\n', readme)

    def test_screen(self) -> None:
        """Lines that are drawn anew are shown once."""
        screen = self.tool.Screen()
        screen.feed(
            'one\r\ntwo\r\x1b[2K\x1b[1A\x1b[2K\x1b[1muno\x1b[0m\r\ndue'
        )
        self.assertEqual('uno\ndue\n', screen.text())
