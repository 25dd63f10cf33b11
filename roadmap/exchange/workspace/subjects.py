"""What a waiver or a gap plan is about, in words that hold in any database.

Readiness names subjects by row numbers (`checklist:17`, `metric:4:precision:*/es/*/weapons@9`). A
file names the same thing by natural keys (`checklist:dsa-16`, `metric:MEC-1/detect:precision:…`).
A number that stands for nothing is written as `gone-17` and stays so: it must never point at
another check after an import.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_HEAD = re.compile(
    r"(checklist|link|metric|stage|target|need|dependency|requirement):([0-9]+)(.*)", re.DOTALL
)
# Only a slice of cells carries a guideline; the name of a pool may hold anything.
_GUIDELINE = re.compile(r"(:[a-z_]+:[^/]+/[^/]+/[^/]+/[^/@]+)@([0-9]+)")
_NAMED = re.compile(r"(:[a-z_]+:[^/]+/[^/]+/[^/]+/[^/@]+)@(.+)", re.DOTALL)
_PORTABLE = {
    "checklist": re.compile(r"checklist:(.+)()", re.DOTALL),
    "dependency": re.compile(r"dependency:(LCH-[0-9]+)()"),
    "requirement": re.compile(r"requirement:(REQ-[0-9]+)()"),
    "link": re.compile(r"link:(MEC-[0-9]+/[a-z_]+)()"),
    "stage": re.compile(r"stage:(MEC-[0-9]+/[a-z_]+)()"),
    "metric": re.compile(r"metric:(MEC-[0-9]+/[a-z_]+)(:.*)", re.DOTALL),
    "target": re.compile(r"target:(MEC-[0-9]+/[a-z_]+)(:.*)", re.DOTALL),
    "need": re.compile(r"need:#([0-9]+)(:.*)?", re.DOTALL),
}
GONE = "gone-"


@dataclass
class Handles:
    """Of one launch: kind of subject -> handle -> row number, as in link, MEC-1/detect, 4."""

    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    guidelines: Mapping[str, int] = field(default_factory=dict)

    def add(self, kind: str, handle: str, number: int) -> None:
        """Name a row; metrics, stages and targets are told by their link."""
        self.rows.setdefault(kind, {})[handle] = number

    def of(self, kind: str) -> dict[str, int]:
        """Return handle -> row number of a kind."""
        return self.rows.get("link" if kind in ("metric", "stage", "target") else kind, {})


def written(subject: str, handles: Handles, guideline_name: Callable[[int], str | None]) -> str:
    """Return the subject as a file has it."""
    match = _HEAD.fullmatch(subject)
    if match is None:
        return subject
    kind, number, rest = match[1], int(match[2]), match[3]
    handle = next((h for h, n in handles.of(kind).items() if n == number), None)
    if handle is None:
        return f"{kind}:{GONE}{number}{rest}"
    if kind == "metric":
        suffix = _GUIDELINE.fullmatch(rest)
        if suffix is not None:
            name = guideline_name(int(suffix[2]))
            rest = f"{suffix[1]}@{name if name is not None else GONE + suffix[2]}"
    return f"{kind}:{'#' if kind == 'need' else ''}{handle}{rest}"


def stored(subject: str, handles: Handles) -> str:
    """Return the subject as readiness names it; ValueError says what names nothing."""
    if _HEAD.fullmatch(subject):
        raise ValueError(
            f"{subject!r} names a row by its number, which means something else in every database"
        )
    kind = subject.partition(":")[0]
    shape = _PORTABLE.get(kind)
    if shape is None or ":" not in subject or subject.startswith(f"{kind}:{GONE}"):
        return subject
    match = shape.fullmatch(subject)
    number = handles.of(kind).get(match[1]) if match is not None else None
    if match is None or number is None:
        raise ValueError(f"{subject!r} names nothing of this launch")
    rest = match[2] or ""
    slice_ = _NAMED.fullmatch(rest) if kind == "metric" else None
    if slice_ is not None and not slice_[2].startswith(GONE):
        name = slice_[2]
        if name not in handles.guidelines:
            raise ValueError(f"{subject!r} names the policy version {name!r}, which is unknown")
        rest = f"{slice_[1]}@{handles.guidelines[name]}"
    return f"{kind}:{number}{rest}"
