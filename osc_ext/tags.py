# SPDX-License-Identifier: Apache-2.0
"""Tags: names that clients give to requests that change servers."""

import re
import uuid

#: The header of a request that carries its tag.
HEADER = 'Task-tag'
#: The rule for tags, as users read it.
RULE = (
    'A tag is 1 to 255 visible ASCII characters, none of , / ? # %, and none '
    'of the words . .. detail.'
)

_TAG = re.compile(r'[!-~]{1,255}\Z')
_NOT_IN_A_TAG = frozenset(',/?#%')
_NAMES_OF_OTHERS = frozenset({'.', '..', 'detail'})


def is_tag(text: str) -> bool:
    """Return whether ``text`` can be a tag by the rule of the compute API.

    The id of a server can be one, too.
    """
    return (
        _TAG.match(text) is not None
        and _NOT_IN_A_TAG.isdisjoint(text)
        and text not in _NAMES_OF_OTHERS
    )


def make() -> str:
    """Return a tag that no other request has."""
    return str(uuid.uuid4())
