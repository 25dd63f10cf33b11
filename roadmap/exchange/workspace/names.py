"""Natural keys and the rows they stand for, both ways: emails, codes, `REQ-12`, `weapons@v3`."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from roadmap.accounts.models import Person, Team
from roadmap.launches.models import Launch
from roadmap.mechanisms.models import Mechanism, Site
from roadmap.readiness.gate_models import GateTemplate, ReviewGroup
from roadmap.readiness.models import ChecklistTemplate, TemplateItem
from roadmap.requirements.models import Requirement
from roadmap.scoring.models import Framework
from roadmap.taxonomy.models import (
    Language,
    Market,
    PolicyArea,
    PolicyVersion,
    Region,
    Surface,
)

# Kinds whose key in a file is what the column holds.
_CODES: dict[str, Any] = {
    "region": Region.code,
    "market": Market.code,
    "language": Language.code,
    "surface": Surface.code,
    "policy_area": PolicyArea.code,
    "framework": Framework.code,
}
# Kinds whose key is a number behind a prefix.
_NUMBERED: dict[str, tuple[str, Any]] = {
    "requirement": ("REQ", Requirement.id),
    "mechanism": ("MEC", Mechanism.id),
    "launch": ("LCH", Launch.id),
}
# Kinds that need a table of keys: natural key and row id.
_TABLES: dict[str, Any] = {
    "person": select(Person.email, Person.id),
    "team": select(Team.code, Team.id),
    "site": select(Site.code, Site.id),
    "review_group": select(ReviewGroup.code, ReviewGroup.id),
    "gate_template": select(GateTemplate.code, GateTemplate.id),
    "policy": select(
        PolicyVersion.policy_area_code + "@" + PolicyVersion.version, PolicyVersion.id
    ),
}
KIND_WORDS = {
    "policy_area": "policy area",
    "policy": "policy version",
    "template_item": "template item",
    "review_group": "review group",
    "gate_template": "gate template",
}


class Names:
    """Natural keys stored in a database; `learn` adds what a file brings."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[str, dict[str, int]] = {}
        self._keys: dict[str, dict[int, str]] = {}
        self._known: dict[str, set[str]] = {}

    def table(self, kind: str) -> dict[str, int]:
        """Return natural key -> row id of a kind that is neither code nor number."""
        if kind not in self._ids:
            if kind == "template_item":
                query: Any = select(
                    ChecklistTemplate.code,
                    ChecklistTemplate.version,
                    TemplateItem.code,
                    TemplateItem.id,
                ).join(TemplateItem, TemplateItem.template_id == ChecklistTemplate.id)
                rows = [(f"{r[0]}@{r[1]}#{r[2]}", r[3]) for r in self._session.execute(query)]
            else:
                rows = [(r[0], r[1]) for r in self._session.execute(_TABLES[kind])]
            self._ids[kind] = dict(rows)
            self._keys[kind] = {number: key for key, number in rows}
        return self._ids[kind]

    def learn(self, kind: str, key: str) -> None:
        """Take a key the file brings as known."""
        self._stored(kind).add(key)

    def _stored(self, kind: str) -> set[str]:
        if kind not in self._known:
            if kind in _CODES:
                self._known[kind] = set(self._session.scalars(select(_CODES[kind])))
            elif kind in _NUMBERED:
                prefix, column = _NUMBERED[kind]
                self._known[kind] = {
                    f"{prefix}-{number}" for number in self._session.scalars(select(column))
                }
            else:
                self._known[kind] = set(self.table(kind))
        return self._known[kind]

    def known(self, kind: str) -> frozenset[str]:
        """Return every natural key of a kind that the file or the database has."""
        return frozenset(self._stored(kind))

    def knows(self, kind: str, key: str) -> bool:
        """Return whether the file or the database has the record."""
        return key in self._stored(kind)

    def forget_rows(self, kind: str) -> None:
        """Read the rows of a kind again, after some were stored."""
        self._ids.pop(kind, None)

    def column_value(self, kind: str, key: str | None) -> Any:
        """Return what a column that refers to the record holds; KeyError if it is not stored."""
        if key is None or kind in _CODES:
            return key
        if kind in _NUMBERED:
            return int(key.partition("-")[2])
        return self.table(kind)[key]

    def key_of(self, kind: str, value: Any) -> Any:
        """Return the natural key of what a column holds."""
        if value is None or kind in _CODES:
            return value
        if kind in _NUMBERED:
            return f"{_NUMBERED[kind][0]}-{value}"
        self.table(kind)
        return self._keys[kind][value]

    def policy_label(self, number: int) -> str | None:
        """Return `weapons@v3` of a policy version's row, None if there is no such row."""
        self.table("policy")
        return self._keys["policy"].get(number)
