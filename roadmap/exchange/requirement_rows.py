"""Turn the rows of a table into requirement drafts and the problems found on the way."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from roadmap.exchange import requirement_links as links
from roadmap.exchange import values
from roadmap.exchange.columns import RELATION_FIELDS, ColumnMapping, MappingError
from roadmap.exchange.problems import Problem, shorten
from roadmap.exchange.row_reader import RowReader, detect_date_order
from roadmap.exchange.tabular import Table
from roadmap.exchange.values import DateOrder, DateReading

KEY_NAMESPACE = "jira"
TITLE_LENGTH = 300
TEXT_LENGTH = 50_000
NAME_LENGTH = 200
KEY_LENGTH = 200
MAX_LABELS = 50

_SUBTASKS = frozenset({"subtask", "sub task"})


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person answers that the file does not say.

    ``source`` is the namespace of the keys (None: ``jira`` for issue keys, else the file's name).
    ``states`` and ``kinds`` map words of the source to ours. ``zone`` is that of naive times.
    """

    source: str | None = None
    kind: str = "tool"
    date_order: DateOrder | None = None
    zone: tzinfo = UTC
    states: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequirementDraft:
    """One accepted row. Everything here is the source's claim; times are aware UTC."""

    line: int
    external_key: str
    title: str
    problem: str
    outcome: str
    kind: str
    state: str
    priority: str
    requester_name: str
    requester_email: str
    assignee_name: str
    private: bool
    created_at: datetime | None
    updated_at: datetime | None
    start_on: date | None
    needed_by: date | None
    effort_weeks: Decimal | None
    story_points: Decimal | None
    estimated_hours: Decimal | None
    labels: tuple[str, ...]
    extra: Mapping[str, tuple[str, ...]]
    # Status and resolution as written.
    status: str = ""
    parent: links.Reference | None = None
    relations: tuple[links.Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would store, and everything it would not.

    ``rows`` counts the records of the file: ``len(drafts) + refused_rows()``.
    """

    source: str
    mapping: ColumnMapping
    date_order: DateOrder
    rows: int
    drafts: tuple[RequirementDraft, ...]
    problems: tuple[Problem, ...]

    def refused_rows(self) -> int:
        """Return how many records are refused."""
        return self.rows - len(self.drafts)


@dataclass(slots=True)
class _Work:
    """A row on its way: its draft and the links still to resolve."""

    draft: RequirementDraft
    names: tuple[str, ...]
    parent: links.RawLink | None
    relations: list[links.RawLink]


def plan_requirements(
    table: Table, mapping: ColumnMapping, source_name: str, options: ImportOptions | None = None
) -> ImportPlan:
    """Return the drafts and problems of a file named ``source_name``.

    A row with a fatal problem gives no draft; a link that cannot be taken is dropped and listed.
    Raise ``MappingError`` when an option names no state or kind of ours.
    """
    options = _checked(options or ImportOptions())
    order = options.date_order or detect_date_order(table, mapping)
    reading = DateReading(order, options.zone)
    problems = [*mapping.problems, *table.problems]
    works: list[_Work] = []
    refused: dict[str, int] = {}
    lines: dict[str, int] = {}
    occurrences: dict[str, int] = {}
    notes = _Notes()
    for number, row in enumerate(table.rows, start=1):
        reader = RowReader(row, mapping)
        work = _read_row(reader, number, reading, options, occurrences, notes)
        key = work.draft.external_key
        if key in lines:
            reason = f"This key is already used on line {lines[key]}; the later row is refused."
            reader.fail("key" if "key" in mapping.columns else "row", key, reason)
        problems.extend(reader.problems)
        if any(problem.fatal for problem in reader.problems):
            for name in work.names:
                refused.setdefault(name, row.line)
            continue
        lines[key] = row.line
        works.append(work)
    problems.extend(notes.problems(mapping, options.kind))
    drafts = _linked(works, refused, "key" in mapping.columns, problems)
    source = options.source or _namespace(mapping, source_name)
    problems.sort(key=lambda problem: (problem.line, problem.column, problem.reason))
    rows = len(table.rows) + len(table.problems)
    return ImportPlan(source, mapping, order, rows, tuple(drafts), tuple(problems))


def _checked(options: ImportOptions) -> ImportOptions:
    """Return the options with their words folded; refuse targets that do not exist."""
    for word, state in options.states.items():
        if state not in values.STATES:
            raise MappingError(
                f"{word!r} is mapped to {state!r}, which is no state. "
                f"The states are: {', '.join(sorted(values.STATES))}."
            )
    for word, kind in [*options.kinds.items(), ("the default kind", options.kind)]:
        if kind not in values.KINDS:
            raise MappingError(
                f"{word!r} is mapped to {kind!r}, which is no kind. "
                f"The kinds are: {', '.join(sorted(values.KINDS))}."
            )
    return replace(
        options,
        states={values.fold(word): state for word, state in options.states.items()},
        kinds={values.fold(word): kind for word, kind in options.kinds.items()},
    )


def _namespace(mapping: ColumnMapping, source_name: str) -> str:
    return KEY_NAMESPACE if mapping.format in {"jira", "story-points"} else source_name


class _Notes:
    """Findings that many rows share: listed once, with the first line and a count."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], tuple[int, int]] = {}

    def add(self, finding: str, value: str, line: int, column: str = "") -> None:
        """Count one more row with this finding."""
        first, count = self._found.get((finding, value, column), (line, 0))
        self._found[(finding, value, column)] = (first, count + 1)

    def problems(self, mapping: ColumnMapping, kind: str) -> list[Problem]:
        """Return one problem per finding and value."""
        reasons = {
            "kind": f"Nothing says which kind of requirement this is; taken as {kind!r}.",
            "parent": "Subtasks without a parent column: their parents are not known.",
            "private": "Marked private at the source; here every reader of requirements sees it.",
            "wait": "The wait is kept, but not which of the two comes first. To make it a "
            "dependency, map the column, for example with --map COLUMN=follows.",
            "duplicate": "A duplicate that does not name its original is taken as declined.",
        }
        columns = {
            "kind": "kind",
            "parent": "kind",
            "private": "private",
            "duplicate": "status",
            "wait": "relates",
        }
        return [
            Problem(
                first,
                column or mapping.label(columns[finding]),
                shorten(value),
                reasons[finding],
                count=count,
            )
            for (finding, value, column), (first, count) in self._found.items()
        ]


def _read_row(
    reader: RowReader,
    number: int,
    reading: DateReading,
    options: ImportOptions,
    occurrences: dict[str, int],
    notes: _Notes,
) -> _Work:
    title = reader.text("title", TITLE_LENGTH)
    if not reader.raw("title").strip():
        reader.fail("title", "", "A requirement needs a title.")
    if "\n" in title or "\r" in title:
        title = " ".join(title.split())
    relations = reader.links(RELATION_FIELDS)
    for link in relations:
        if link.kind == "relates" and link.lag_days:
            notes.add("wait", link.written, reader.line, link.column)
    start, due = reader.date("start_on", reading), reader.date("needed_by", reading)
    if start and due and due < start:
        reader.warn("needed_by", due.isoformat(), f"It lies before the start on {start}.")
    requester = reader.text("requester", NAME_LENGTH)
    email = reader.text("requester_email", NAME_LENGTH)
    draft = RequirementDraft(
        line=reader.line,
        external_key=_identity(reader, title, occurrences),
        title=title,
        problem=reader.text("problem", TEXT_LENGTH),
        outcome=reader.text("outcome", TEXT_LENGTH),
        kind=_kind(reader, options, notes),
        state=_state(reader, options, relations, notes),
        priority=reader.text("priority", NAME_LENGTH),
        requester_name=requester,
        requester_email=email or (requester if _is_address(requester) else ""),
        assignee_name=reader.text("assignee", NAME_LENGTH),
        private=_private(reader, notes),
        created_at=reader.moment("created_at", reading),
        updated_at=reader.moment("updated_at", reading),
        start_on=start,
        needed_by=due,
        effort_weeks=reader.number("effort_weeks"),
        story_points=reader.number("story_points"),
        estimated_hours=reader.number("estimated_hours"),
        labels=reader.words("labels", MAX_LABELS, NAME_LENGTH),
        extra=reader.untaken(TEXT_LENGTH),
        status=" / ".join(filter(None, (reader.raw(f).strip() for f in ("status", "resolution")))),
    )
    return _Work(draft, _names(reader, draft, number), reader.parent(), relations)


def _identity(reader: RowReader, title: str, occurrences: dict[str, int]) -> str:
    """Return what makes this row the same requirement when the file is imported again."""
    key = reader.text("key", KEY_LENGTH)
    if "key" in reader.mapping.columns:
        if not key:
            reader.fail("key", "", "The row has no key, so a second import could not find it.")
        return key
    row = reader.text("row", KEY_LENGTH)
    if row:
        return f"row-{row}"
    digest = hashlib.sha256(unicodedata.normalize("NFC", title).encode()).hexdigest()[:16]
    occurrences[digest] = occurrences.get(digest, 0) + 1
    return f"title-{digest}-{occurrences[digest]}"


def _names(reader: RowReader, draft: RequirementDraft, number: int) -> tuple[str, ...]:
    """Return what other rows may call this one."""
    columns = reader.mapping.columns
    if "key" in columns:
        issue_id = reader.raw("issue_id").strip()
        return (draft.external_key, issue_id) if issue_id else (draft.external_key,)
    if "row" in columns:
        return (reader.raw("row").strip(),)
    return (str(number),)


def _kind(reader: RowReader, options: ImportOptions, notes: _Notes) -> str:
    word = reader.text("kind", NAME_LENGTH)
    if values.fold(word) in _SUBTASKS and "parent" not in reader.mapping.columns:
        notes.add("parent", word, reader.line)
    kind = values.kind_of(word, dict(options.kinds))
    if kind is None:
        notes.add("kind", word, reader.line)
    return kind or options.kind


def _state(
    reader: RowReader, options: ImportOptions, relations: list[links.RawLink], notes: _Notes
) -> str:
    status = reader.text("status", NAME_LENGTH)
    resolution = reader.text("resolution", NAME_LENGTH)
    try:
        state = values.state_of(status, resolution, dict(options.states))
    except values.ValueRefusedError as error:
        reader.fail("status", f"{status} / {resolution}" if resolution else status, str(error))
        return "submitted"
    if state == "duplicate" and not any(link.kind == "duplicates" for link in relations):
        notes.add("duplicate", resolution or status, reader.line)
        return "declined"
    return state


def _private(reader: RowReader, notes: _Notes) -> bool:
    private = reader.boolean("private")
    if private:
        notes.add("private", reader.raw("private"), reader.line)
    return private


def _is_address(text: str) -> bool:
    name, at, host = text.partition("@")
    return bool(name and at and "." in host) and not any(char.isspace() for char in text)


def _linked(
    works: list[_Work], refused: dict[str, int], keyed: bool, problems: list[Problem]
) -> list[RequirementDraft]:
    """Return the drafts with the links that hold; list those that do not."""
    keys: dict[str, str] = {}
    for work in works:
        for name in work.names:
            keys.setdefault(name, work.draft.external_key)
    names = links.Names(keys, refused, keyed)
    parents: dict[str, links.Reference] = {}
    relations: dict[str, list[tuple[links.RawLink, links.Relation]]] = {}
    for work in works:
        own = work.draft.external_key
        for link in [*([work.parent] if work.parent else []), *work.relations]:
            try:
                target = links.resolve(link.target, own, names)
            except values.ValueRefusedError as error:
                problems.append(_link_problem(work, link, str(error)))
                continue
            if link is work.parent:
                parents[own] = target
            else:
                found = links.Relation(link.kind, target, link.lag_days)
                relations.setdefault(own, []).append((link, found))
    _drop_circles(works, parents, relations, problems)
    return [
        replace(
            work.draft,
            parent=parents.get(work.draft.external_key),
            relations=tuple(
                dict.fromkeys(found for _, found in relations.get(work.draft.external_key, []))
            ),
        )
        for work in works
    ]


def _drop_circles(
    works: list[_Work],
    parents: dict[str, links.Reference],
    relations: dict[str, list[tuple[links.RawLink, links.Relation]]],
    problems: list[Problem],
) -> None:
    """Remove every link that lies on a circle: nobody can say which of them is the wrong one."""
    reason = "The links form a circle; none of them is taken, the rows are."
    above = links.circles(
        (own, target.key) for own, target in parents.items() if target.scope == "row"
    )
    waits = links.circles(
        edge
        for own, found in relations.items()
        for _, relation in found
        if (edge := _wait(own, relation))
    )
    for work in works:
        own = work.draft.external_key
        parent = parents.get(own)
        if parent and work.parent and (own, parent.key) in above:
            problems.append(_link_problem(work, work.parent, reason))
            del parents[own]
        for link, relation in list(relations.get(own, [])):
            if _wait(own, relation) in waits:
                problems.append(_link_problem(work, link, reason))
                relations[own].remove((link, relation))


def _wait(own: str, relation: links.Relation) -> tuple[str, str] | None:
    """Return (who waits, for whom) for a relation between rows that orders them."""
    waits = links.WAITS.get(relation.kind)
    if waits is None or relation.target.scope != "row":
        return None
    return (own, relation.target.key) if waits else (relation.target.key, own)


def _link_problem(work: _Work, link: links.RawLink, reason: str) -> Problem:
    return Problem(work.draft.line, link.column, shorten(link.written), reason)
