# SPDX-License-Identifier: Apache-2.0
"""The password of a new server: told once in the answer, never stored."""

import secrets
import string
from typing import Any

_LENGTH = 12
_ALPHABET = string.ascii_letters + string.digits


def given_or_new(server: dict[str, Any]) -> str:
    """Return the password the client chose, or a random one."""
    if 'adminPass' in server:
        return str(server['adminPass'])
    return ''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
