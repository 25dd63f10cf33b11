"""What an edit of many requirements sets: read from a form, kept as plain JSON, read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from roadmap.errors import Invalid
from roadmap.lists.kinds import Own, Value
from roadmap.lists.own_store import clean_own
from roadmap.lists.own_values import People
from roadmap.requirements import checks
from roadmap.requirements.rules import RequirementKind, RequirementState, Severity
from roadmap.web.i18n import _

# Built-in fields many rows may be given at once.
SETTABLE = ("team_id", "needed_by", "kind", "severity")
# States many rows may be moved to; merging, snoozing and asking are said one at a time.
STATES = (
    RequirementState.ACCEPTED,
    RequirementState.PLANNED,
    RequirementState.IN_PROGRESS,
    RequirementState.DELIVERED,
    RequirementState.DECLINED,
    RequirementState.TRIAGED,
)
MAX_ROWS = 5_000


@dataclass(frozen=True)
class BulkSpec:
    """What to set, ready to store: columns, own values, scope codes by form field, a move."""

    sets: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Value] = field(default_factory=dict)
    adds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    removes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    state: RequirementState | None = None
    reason: str = ""

    @property
    def edits(self) -> bool:
        """Return whether it changes what requirements say, beside moving them."""
        return bool(self.sets or self.own or self.adds or self.removes)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "sets": {name: _text(value) for name, value in self.sets.items()},
            "own": {code: _text(value) for code, value in self.own.items()},
            "adds": {name: list(codes) for name, codes in self.adds.items()},
            "removes": {name: list(codes) for name, codes in self.removes.items()},
            "state": self.state.value if self.state else None,
            "reason": self.reason,
        }


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def from_plain(found: Mapping[str, Any], fields: Sequence[Own]) -> BulkSpec:
    """Return the spec that `plain` wrote; own fields retired since are refused."""
    kinds = {"kind": RequirementKind, "severity": Severity}
    sets: dict[str, Any] = {}
    for name, value in found["sets"].items():
        if value is not None and name in kinds:
            value = kinds[name](value)
        elif value is not None and name == "needed_by":
            value = date.fromisoformat(value)
        sets[name] = value
    by_code = {own.code: own for own in fields}
    gone = [code for code in found["own"] if code not in by_code]
    if gone:
        raise Invalid(_("The field %(code)s is no longer in use.", code=gone[0]))
    own = {
        code: date.fromisoformat(value) if by_code[code].kind == "date" and value else value
        for code, value in found["own"].items()
    }
    state = RequirementState(found["state"]) if found["state"] else None
    return BulkSpec(sets, own, found["adds"], found["removes"], state, found["reason"])


def read_spec(
    typed: Mapping[str, Any], known: checks.Known, fields: Sequence[Own], people: People
) -> BulkSpec:
    """Return the spec of what was typed, or raise Invalid naming every input to mend.

    ``typed`` has a value for each thing to set: `team_id`, `needed_by`, `own_…`; lists of codes for
    `add_markets` and `remove_markets`; `state` with `reason`.
    """
    problems: dict[str, str] = {}
    sets: dict[str, Any] = {}
    for name in SETTABLE:
        if name in typed:
            _note(problems, name, lambda name=name: sets.update({name: _one(name, typed, known)}))
    own: dict[str, Value] = {}
    named = {one.name: typed[one.name] for one in fields if one.name in typed}
    _note(problems, "own", lambda: own.update(clean_own(fields, named, people)))
    adds, removes = _codes("add", typed, known, problems), _codes("remove", typed, None, problems)
    state, reason = None, ""
    if typed.get("state"):
        try:
            state = RequirementState(typed["state"])
        except ValueError:
            problems["state"] = _("Choose a state of the list.")
        if state is not None and state not in STATES:
            problems["state"] = _("Choose a state of the list.")
        try:
            reason = checks.reason(typed.get("reason"))
        except Invalid as error:
            problems["reason"] = error.message
    if problems:
        raise Invalid(next(iter(problems.values())), problems)
    spec = BulkSpec(sets, own, adds, removes, state, reason)
    if not spec.edits and state is None:
        raise Invalid(_("Choose at least one thing to change."))
    return spec


def _note(problems: dict[str, str], name: str, read: Any) -> None:
    """Run a reader; keep its sentences, those without a field under ``name``."""
    try:
        read()
    except Invalid as error:
        problems.update(error.fields or {name: error.message})


def _one(name: str, typed: Mapping[str, Any], known: checks.Known) -> Any:
    value = typed[name]
    match name:
        case "team_id":
            if value in (None, ""):
                return None
            if value not in known.team_ids:
                raise Invalid(_("There is no such team. Choose one of the list."))
            return value
        case "needed_by":
            return checks.day(value)
        case "kind":
            return checks.choice(RequirementKind, value, _("Choose what is asked for."))
        case _:
            return checks.choice(Severity, value, _("Choose how bad it is.")) if value else None


def _codes(
    verb: str, typed: Mapping[str, Any], known: checks.Known | None, problems: dict[str, str]
) -> dict[str, list[str]]:
    """Return the codes to add or remove by form field; added ones must be known."""
    found: dict[str, list[str]] = {}
    for name, dimension in checks.SCOPE_FIELDS.items():
        codes = sorted(set(typed.get(f"{verb}_{name}") or ()))
        if not codes:
            continue
        allowed = known.codes.get(dimension, ()) if known is not None else codes
        unknown = [code for code in codes if code not in allowed]
        if unknown:
            problems[f"{verb}_{name}"] = _(
                "%(codes)s is not known here. Choose from the list.", codes=", ".join(unknown[:5])
            )
        found[name] = codes
    return found
