# SPDX-License-Identifier: Apache-2.0
"""Filter that has keystone validate tokens: keystonemiddleware's."""

from typing import Any

from keystonemiddleware import auth_token

from ext_lib import connection_pool

#: How many tokens a process may have validated at a time.
_CONNECTIONS = 64


class TokenValidation(auth_token.AuthProtocol):
    """The filter, with as many connections as requests may need."""

    def _create_session(self, **kwargs: Any) -> Any:
        session = super()._create_session(**kwargs)
        connection_pool.widen(session, _CONNECTIONS)
        return session
