# SPDX-License-Identifier: Apache-2.0
"""Text that may hold anything, made fit for a column."""

_REPLACEMENT = '\N{REPLACEMENT CHARACTER}'
_MARK = '\N{HORIZONTAL ELLIPSIS}'
_CUT = f'{_MARK}\n'


def storable(text: str) -> str:
    """Return ``text`` without what some database refuses.

    That is NUL, and halves of surrogate pairs: undecodable file names, among
    others, have these.
    """
    if text.isascii() and '\0' not in text:
        return text
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


def head(text: str, size: int) -> str:
    """Return the beginning of ``text`` that fits ``size`` bytes, storable.

    A mark closes it when something was cut.
    """
    # No character takes less than a byte, and few of a long text are kept.
    encoded = storable(text[: size + 1]).encode()
    if len(encoded) <= size:
        return encoded.decode()
    kept = encoded[: size - len(_MARK.encode())]
    return kept.decode(errors='ignore') + _MARK


def cut(text: str, length: int) -> str:
    """Return the first ``length`` characters of ``text``, storable.

    The last of them is a mark when something was cut.
    """
    kept = storable(text[: length + 1])
    return kept if len(kept) <= length else kept[: length - 1] + _MARK
