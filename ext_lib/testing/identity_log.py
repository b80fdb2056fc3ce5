# SPDX-License-Identifier: Apache-2.0
"""The log as operators read it: with the identity of each line's request."""

import functools
from typing import Any
import uuid

import fixtures
from oslo_config import cfg
from oslo_context import fixture as context_fixture
from oslo_log import formatters

#: The identity of a line that is logged for no request.
NO_REQUEST = 'no request'

_FORM = '%(global_request_id)s %(request_id)s %(user_identity)s|%(message)s'
_NO_REQUEST_FORM = f'{NO_REQUEST}|%(message)s'
_USER = '%(user_name)s %(project_name)s'


def new_id() -> str:
    """Return an id such as requests have."""
    return f'req-{uuid.uuid4()}'


class IdentityLog(fixtures.Fixture):
    """Log lines, each with the identity of its request.

    :param conf: with oslo.log's options
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__()
        self._conf = conf

    def _setUp(self) -> None:
        self.useFixture(context_fixture.ClearRequestContext())
        self._conf.set_override('logging_context_format_string', _FORM)
        self._conf.set_override(
            'logging_default_format_string', _NO_REQUEST_FORM
        )
        self._conf.set_override('logging_user_identity_format', _USER)
        formatter: Any = functools.partial(
            formatters.ContextFormatter, config=self._conf
        )
        self._logger = self.useFixture(
            # The format only has to be there: oslo.log's options count.
            fixtures.FakeLogger(format=_FORM, formatter=formatter)
        )

    def identities(self, text: str) -> list[str]:
        """Return the identity of each line that contains ``text``.

        It consists of global request id, request id, user and project.
        """
        lines = self._logger.output.splitlines()
        return [line.partition('|')[0] for line in lines if text in line]
