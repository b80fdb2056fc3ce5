# SPDX-License-Identifier: Apache-2.0
"""Connections to other services, enough for all threads of a process.

A session keeps ten by default. What is beyond is opened for one request and
discarded, each time with a warning in the log.
"""

from keystoneauth1 import session as ks_session

#: Of how many hosts a session keeps connections: keystone, the API, and what
#: they redirect to.
_HOSTS = 10


def widen(session: ks_session.Session, size: int) -> None:
    """Have a session keep up to ``size`` connections to each host."""
    for adapter in session.session.adapters.values():
        # Not a new adapter: this one has the settings for TLS.
        assert isinstance(adapter, ks_session.TCPKeepAliveAdapter)
        adapter.init_poolmanager(_HOSTS, size)
