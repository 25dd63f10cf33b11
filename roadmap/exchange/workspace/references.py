"""Whether everything a file names is there: in the file itself or in the database."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from roadmap.exchange.workspace.fields import Part
from roadmap.exchange.workspace.mapping import ANY
from roadmap.exchange.workspace.names import KIND_WORDS, Names
from roadmap.exchange.workspace.problems import Problem, shown
from roadmap.exchange.workspace.reading import Reading
from roadmap.web.i18n import _

# Section -> kind of record and the fields that make its natural key.
KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "regions": ("region", ("code",)),
    "markets": ("market", ("code",)),
    "languages": ("language", ("code",)),
    "surfaces": ("surface", ("code",)),
    "policy_areas": ("policy_area", ("code",)),
    "people": ("person", ("email",)),
    "teams": ("team", ("code",)),
    "policy_versions": ("policy", ("policy_area", "version")),
    "calendar": ("calendar", ("kind", "market", "starts_on", "name")),
    "triage_turns": ("triage_turn", ("week",)),
    "frameworks": ("framework", ("code", "version")),
    "templates": ("template", ("code", "version")),
    "review_groups": ("review_group", ("code",)),
    "gate_templates": ("gate_template", ("code",)),
    "attestations": ("attestation", ("item_code", "market", "surface", "attested_at")),
    "fields": ("field", ("code",)),
    "views": ("view", ("of", "owner", "name")),
    "sites": ("site", ("code",)),
    "mechanisms": ("mechanism", ("key",)),
    "requirements": ("requirement", ("key",)),
    "launches": ("launch", ("key",)),
    "capacities": ("capacity", ("team",)),
    "overrides": ("override", ("requirement", "framework", "created_at")),
    "baselines": ("baseline", ("name",)),
}
# What no other entry refers to.
_UNNAMED = frozenset(
    {
        "attestations",
        "calendar",
        "triage_turns",
        "capacities",
        "overrides",
        "baselines",
        "fields",
        "views",
    }
)
_SCOPE_KINDS = ("market", "language", "surface", "policy_area")


def own_key(section: str, item: Any) -> tuple[Any, ...]:
    """Return the natural key of an entry, read or raw; a missing field is None."""
    fields = KEYS[section][1]
    if isinstance(item, dict):
        return tuple(item.get(name) for name in fields)
    return tuple(getattr(item, name) for name in fields)


def learn(reading: Reading, names: Names) -> None:
    """Make the records the file brings known, those that could not be read included."""
    for section, (kind, _fields) in KEYS.items():
        items = [part for _place, part in reading.parts.get(section, [])]
        for item in [*items, *reading.broken.get(section, [])]:
            key = own_key(section, item)
            if section == "templates":
                _learn_items(names, item, key)
            elif section == "frameworks":
                names.learn(kind, str(key[0]))
            elif section not in _UNNAMED:
                names.learn(kind, "@".join(str(step) for step in key))


def _learn_items(names: Names, item: Any, key: tuple[Any, ...]) -> None:
    raw = item.get("items") if isinstance(item, dict) else item.items
    for one in raw if isinstance(raw, list) else []:
        code = one.get("code") if isinstance(one, dict) else getattr(one, "code", None)
        names.learn("template_item", f"{key[0]}@{key[1]}#{code}")


def repeated(reading: Reading) -> Iterator[Problem]:
    """Yield a problem for every entry whose key an earlier one has."""
    for section, (_kind, fields) in KEYS.items():
        seen: dict[tuple[Any, ...], int] = {}
        for place, part in reading.parts.get(section, []):
            key = own_key(section, part)
            first = seen.setdefault(key, place)
            if first != place:
                words = "@".join(str(step) for step in key if step is not None)
                yield Problem(
                    f"{section}[{place}].{fields[0]}",
                    _(
                        "%(key)s is already %(section)s[%(first)s]",
                        key=words,
                        section=section,
                        first=first,
                    ),
                )


def unknown(reading: Reading, names: Names) -> Iterator[Problem]:
    """Yield a problem for every reference to a record that nobody knows."""
    for section, parts in reading.parts.items():
        for place, part in parts:
            for path, one in walk(f"{section}[{place}]", part):
                yield from _of_part(path, one, names)


def walk(path: str, part: Part) -> Iterator[tuple[str, Part]]:
    """Yield a part and all parts inside it, each with its place."""
    yield path, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from walk(f"{path}.{name}", value)  # type: ignore[arg-type]
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, Part):
                    yield from walk(f"{path}.{name}[{place}]", item)


def _of_part(path: str, part: Part, names: Names) -> Iterator[Problem]:
    kind = type(part)
    for name, (_column, record) in kind.refs.items():
        value = getattr(part, name)
        if value is not None and not names.knows(record, value):
            yield _missing(f"{path}.{name}", record, value)
    for name, record in kind.lists.items():
        for place, value in enumerate(getattr(part, name)):
            if not names.knows(record, value):
                yield _missing(f"{path}.{name}[{place}]", record, value)
    if kind.pattern is not None:
        yield from pattern_problems(f"{path}.{kind.pattern}", getattr(part, kind.pattern), names)


def pattern_problems(path: str, pattern: str, names: Names) -> Iterator[Problem]:
    """Yield a problem for every step of a pattern such as ``DE/de/live/*`` that nobody knows."""
    for record, value in zip(_SCOPE_KINDS, pattern.split("/"), strict=True):
        if value != ANY and not names.knows(record, value):
            yield _missing(path, record, value)


def _missing(path: str, record: str, value: str) -> Problem:
    words = KIND_WORDS.get(record, record)
    return Problem(
        path,
        _(
            "the %(kind)s %(value)s is neither in this file nor in the database",
            kind=words,
            value=shown(value),
        ),
    )
