# SPDX-License-Identifier: Apache-2.0
"""Text that may hold anything, made fit for a column."""

_REPLACEMENT = '\N{REPLACEMENT CHARACTER}'
_CUT = '\N{HORIZONTAL ELLIPSIS}\n'


def storable(text: str) -> str:
    """Return ``text`` without what some database refuses.

    That is NUL, and halves of surrogate pairs: undecodable file names, among
    others, have these.
    """
    known = text.encode(errors='surrogatepass').decode(errors='replace')
    return known.replace('\0', _REPLACEMENT)


def tail(text: str, size: int) -> str:
    """Return the end of ``text`` that fits ``size`` bytes, storable.

    A mark says so when something was cut.
    """
    encoded = storable(text).encode()
    if len(encoded) <= size:
        return encoded.decode()
    kept = encoded[len(_CUT.encode()) - size :]
    return _CUT + kept.decode(errors='ignore')
