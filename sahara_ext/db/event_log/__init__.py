# SPDX-License-Identifier: Apache-2.0
"""The storage of what is reported of steps, at a high rate.

Threads share transactions (:mod:`ext_lib.db.group_commit`), transactions
share a connection, and an ordinary success takes two statements.
"""
