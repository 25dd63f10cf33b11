"""What the program itself brings: such records are named in a file and never written out."""

from functools import cache

from roadmap.readiness.templates_content import STANDARD_CODE
from roadmap.scoring.built_in import BUILT_IN


@cache
def built_in_frameworks() -> frozenset[str]:
    """Return the built-in frameworks as ``rice@1``."""
    return frozenset(f"{one.code}@{one.version}" for one in BUILT_IN)


@cache
def built_in_templates() -> frozenset[str]:
    """Return the built-in checklist templates as ``standard@1``."""
    return frozenset({f"{STANDARD_CODE}@1"})
