"""The columns of the list of launches: what they are called, sort by, and hold in a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from roadmap.launches.wording import TYPES
from roadmap.overview.speech import Said
from roadmap.overview.standing import RECOMPUTING
from roadmap.readiness.queries import ShownVerdict
from roadmap.requirements.rules import DatePrecision
from roadmap.web.i18n import _
from roadmap.wording import N_


@dataclass(frozen=True)
class Column:
    """One column; ``first`` is what the first click sorts by: "" up, "-" down."""

    code: str
    label: str
    sort: str = ""
    first: str = ""
    numeric: bool = False


_ALL = (
    Column("verdict", N_("Verdict")),
    Column("outlook", N_("Outlook"), "outlook"),
    Column("reason", N_("The one reason")),
    Column("date", N_("Next date"), "date"),
    Column("owner", N_("Owner")),
    Column("team", N_("Team")),
    Column("tier", N_("Tier"), "tier", "", True),
    Column("type", N_("Type")),
    Column("state", N_("State")),
    Column("share", N_("Share"), numeric=True),
    Column("market", N_("Markets")),
    Column("language", N_("Languages")),
    Column("surface", N_("Surfaces")),
    Column("policy", N_("Policy areas")),
    Column("commitment", N_("Order"), "commitment", "", True),
    Column("created", N_("Created"), "created", "-"),
    Column("updated", N_("Changed"), "updated", "-"),
)
COLUMNS: Mapping[str, Column] = {column.code: column for column in _ALL}
DEFAULT = ("verdict", "outlook", "reason", "date", "owner", "team", "tier")
# Column -> what a cell of a launch calls it.
SCOPES = {
    "market": "market_code",
    "language": "language_code",
    "surface": "surface_code",
    "policy": "policy_area_code",
}


def chosen_columns(codes: Sequence[str]) -> list[Column]:
    """Return the columns to show; codes the list does not have are left out, none means usual."""
    found = [COLUMNS[code] for code in dict.fromkeys(codes) if code in COLUMNS]
    return found or [COLUMNS[code] for code in DEFAULT]


@dataclass(frozen=True)
class Step:
    """The phase a launch comes to next: its place among all, its share, how exact its date is."""

    position: int
    count: int
    share: float
    precision: DatePrecision


@dataclass(frozen=True)
class Beside:
    """What stands beside the rows of a page, by launch."""

    steps: Mapping[int, Step] = field(default_factory=dict)
    codes: Mapping[int, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    teams: Mapping[int, str] = field(default_factory=dict)
    verdicts: Mapping[int, ShownVerdict] = field(default_factory=dict)
    reasons: Mapping[int, Said] = field(default_factory=dict)

    def scope(self, key: int, code: str) -> str:
        """Return the codes of one dimension of a launch."""
        return ", ".join(self.codes.get(key, {}).get(SCOPES[code], ()))

    def reason(self, key: int) -> str:
        """Return the one reason a launch's verdict is what it is."""
        said = self.reasons.get(key)
        return said.text if said is not None else ""


def _verdict(row: Any, _beside: Beside) -> str | None:
    return (row.word or RECOMPUTING) if row.group else None


def _share(row: Any, beside: Beside) -> float | None:
    step = beside.steps.get(row.id)
    return step.share if step is not None else None


_CELLS: Mapping[str, Callable[[Any, Beside], Any]] = {
    "verdict": _verdict,
    "outlook": lambda row, _beside: row.group,
    "reason": lambda row, beside: beside.reason(row.id),
    "date": lambda row, _beside: row.starts_on,
    "owner": lambda row, beside: beside.people.get(row.owner_id, ""),
    "team": lambda row, beside: beside.teams.get(row.team_id, ""),
    "tier": lambda row, _beside: row.tier,
    "type": lambda row, _beside: _(TYPES[row.type]),
    "state": lambda row, _beside: row.state.value,
    "share": _share,
    "commitment": lambda row, _beside: row.commitment_no,
    "created": lambda row, _beside: row.created_at,
    "updated": lambda row, _beside: row.updated_at,
}


def cell(column: Column, row: Any, beside: Beside) -> Any:
    """Return what a file holds in a cell: text, a number, a day or a moment, None for nothing."""
    if column.code in SCOPES:
        return beside.scope(row.id, column.code)
    return _CELLS[column.code](row, beside)
