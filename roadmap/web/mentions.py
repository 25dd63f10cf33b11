"""Mentions in a text: ``@ana``, or ``@ana@example.org`` where two people share the first part.

A mention stands alone: letters or digits right before the sign make it an e-mail address, not a
mention. Pure; every pattern is bounded, so the time is linear in the length of the text.
"""

import re
from collections.abc import Iterator

# The first part of an address as people write them, and the domain.
_LOCAL = r"[A-Za-z0-9][A-Za-z0-9_.+'-]{0,63}"
_DOMAIN = r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_MENTION = re.compile(rf"(?<![\w.@/+'-])@({_LOCAL})(?:@({_DOMAIN}))?(?![\w@])")


def split(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield (text, handle) of each stretch in order; ``handle`` is None where nobody is mentioned.

    A handle is in lower case and without the sign before it: ``ana`` or ``ana@example.org``. A
    point that ends a sentence is not part of it.
    """
    at = 0
    for found in _MENTION.finditer(text):
        whole = found.group()
        end = found.start() + len(whole.rstrip(".'-+_"))
        if found.start() > at:
            yield text[at : found.start()], None
        shown = text[found.start() : end]
        yield shown, shown[1:].lower()
        at = end
    if at < len(text):
        yield text[at:], None


def handles(text: str) -> set[str]:
    """Return every handle in a plain text, also where markdown would show it as code."""
    return {handle for _text, handle in split(text) if handle is not None}
