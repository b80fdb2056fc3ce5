# SPDX-License-Identifier: Apache-2.0
"""Whatever is logged, each line begins as the program's do."""

import json
import logging
import pathlib
import re
import textwrap

import ddt
import fixtures
from oslo_config import cfg
from oslo_config import fixture as config_fixture
from oslo_log import log
from oslotest import base as test_base

from ext_lib import context
from ext_lib import log_lines

LOG = log.getLogger(__name__)

_FORGED = '\n2026-01-01 00:00:00.000 1 ERROR root [-] forged'
_BEGINNING = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \d+ [A-Z]+ ')
_CONTROL = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]')
_EVIL = _FORGED + '\r\x1b[31m\x00\x7f\x85\x9b\u2028\u202e\udc80\t'


@ddt.ddt
class TestLogLines(test_base.BaseTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = self.directory / 'test.log'
        self.useFixture(_Handlers())
        conf = cfg.ConfigOpts()
        log.register_options(conf)
        self.conf = self.useFixture(config_fixture.Config(conf)).conf

    def set_up(self, *arguments: str) -> None:
        self.conf(['--log-file', str(self.path), *arguments], project='test')
        log_lines.setup(self.conf, 'test')

    def text(self) -> str:
        return self.path.read_text(encoding='utf-8')

    def assertLines(self, number: int) -> list[str]:
        """Return the lines; all have the program's own beginning."""
        lines = self.text().rstrip('\n').split('\n')
        for line in lines:
            self.assertRegex(line, _BEGINNING)
            self.assertIsNone(_CONTROL.search(line), line)
        self.assertEqual(number, len(lines))
        return lines

    def test_message(self) -> None:
        self.set_up()
        LOG.info('Name: %s', _EVIL)
        LOG.info(f'Name: {_EVIL}')  # noqa: G004 - as libraries do
        for line in self.assertLines(2):
            self.assertIn(
                r'Name: \n2026-01-01 00:00:00.000 1 ERROR root [-] forged\r'
                r'\x1b[31m\x00\x7f\x85\x9b\u2028\u202e\udc80\t',
                line,
            )

    def test_ordinary_text_stays(self) -> None:
        self.set_up()
        LOG.info('%s', 'Zoë 東京 \\ "x" 🙂')
        [line] = self.assertLines(1)
        self.assertIn('Zoë 東京 \\ "x" 🙂', line)

    def test_context(self) -> None:
        self.set_up()
        LOG.info(
            'Hello',
            context=context.RequestContext(
                user_id=_EVIL, project_id='demo', request_id='req-1' + _EVIL
            ),
        )
        [line] = self.assertLines(1)
        self.assertIn(r'req-1\n2026', line)

    def test_traceback(self) -> None:
        self.set_up()
        try:
            raise ValueError(_EVIL)
        except ValueError:
            LOG.exception('Failed: %s', 'a\nb')
        # The line itself, and the lines of the traceback one by one.
        first, *lines = self.assertLines(
            len(self.text().rstrip('\n').split('\n'))
        )
        self.assertIn(r'Failed: a\nb: ValueError: \n2026', first)
        self.assertGreater(len(lines), 3)
        self.assertIn('ERROR', lines[0])
        self.assertTrue(
            lines[0].endswith('Traceback (most recent call last):')
        )
        self.assertTrue(any('raise ValueError' in line for line in lines))

    def test_traceback_that_goes_by_another_line(self) -> None:
        self.set_up()
        try:
            raise ValueError(_EVIL)
        except ValueError:
            LOG.warning('Failed')
        self.assertLines(1)

    def test_json_is_as_it_was(self) -> None:
        self.set_up('--use-json')
        LOG.info('Name: %s', _FORGED)
        [line] = self.text().splitlines()
        self.assertEqual(f'Name: {_FORGED}', json.loads(line)['message'])

    def test_handlers_of_a_file(self) -> None:
        description = self.directory / 'logging.ini'
        description.write_text(
            textwrap.dedent(f"""\
            [loggers]
            keys = root, own
            [handlers]
            keys = file
            [formatters]
            keys = plain
            [logger_root]
            handlers =
            [logger_own]
            qualname = {__name__}
            handlers = file
            [handler_file]
            class = FileHandler
            args = ('{self.path}',)
            formatter = plain
            [formatter_plain]
            format = %(levelname)s %(message)s
            """)
        )
        self.conf(['--log-config-append', str(description)], project='test')
        log_lines.setup(self.conf, 'test')
        LOG.info('Name: %s', _FORGED)
        self.assertEqual(
            f'INFO Name: {log_lines.escape(_FORGED)}\n', self.text()
        )


class _Handlers(fixtures.Fixture):
    """Puts back what setting up the log changes."""

    def _setUp(self) -> None:
        own = logging.getLogger(__name__)
        for logger in (logging.root, own):
            self.addCleanup(setattr, logger, 'handlers', logger.handlers)
            self.addCleanup(logger.setLevel, logger.level)
            logger.handlers = []
        self.useFixture(fixtures.MonkeyPatch('sys.excepthook', None))
