"""What becomes of rows that arrive: new, known already, or other numbers under the same key.

The key of a row is what its source calls it; where the source says nothing, what it measured:
mechanism, configuration, guideline, slice, metric and window. Among rows of one key the one
observed last counts, whatever the order of arrival. Pure.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from roadmap.mechanisms.measurement_checks import NewMeasurement, RowProblem
from roadmap.web.i18n import _

Key: TypeAlias = tuple[Any, ...]


class Fate(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    CORRECTED = "corrected"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Held:
    """A row recorded under a key; `voided` for any reason, `corrected` by a later row.

    Of a `retired` row, which is part of a sum now, `content` is empty unless the same arrived.
    """

    id: int
    identity: Key
    content: Key
    observed_at: datetime | None
    voided: bool = False
    corrected: bool = False
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of the row at `place` of what was given.

    ``corrects`` is the recorded row it takes the place of, ``note`` says why a row changes nothing,
    ``overtaken`` that other numbers than its own stand, ``problem`` why it is refused.
    """

    place: int
    fate: Fate
    note: str = ""
    problem: RowProblem | None = None
    corrects: Held | None = None
    overtaken: bool = False


def identity_of(row: NewMeasurement) -> Key:
    """Return what was measured."""
    return (
        row.mechanism_id,
        row.configuration_id,
        row.policy_version_id,
        row.scope,
        row.metric,
        row.window_start,
        row.window_end,
    )


def content_of(row: NewMeasurement) -> Key:
    """Return what the measurement found."""
    return (row.numerator, row.denominator, row.sampling, row.label_source, row.strata)


def key_of(row: NewMeasurement) -> Key:
    """Return the key under which the row is known to its source."""
    return identity_of(row) if row.external_key is None else (row.external_key,)


def sift(
    rows: Mapping[int, NewMeasurement],
    stored: Mapping[Key, Sequence[Held]],
    *,
    correct: bool,
) -> list[Outcome]:
    """Return the fate of each row, by its place, against what its source recorded before.

    Without ``correct`` other numbers under a key in force are refused until a person voids the old
    row. Of several rows of one key the one observed last stands for all.
    """
    groups: dict[Key, list[int]] = defaultdict(list)
    for place, row in rows.items():
        groups[key_of(row)].append(place)
    found: list[Outcome] = []
    for key, places in groups.items():
        chosen = places[0]
        if len(places) > 1:
            newest = _newest(rows, places)
            if newest is None:
                found += [_contradiction(rows, places, place) for place in places]
                continue
            chosen = newest
            found += [_twin(rows, place, chosen) for place in places if place != chosen]
        found.append(_against(chosen, rows[chosen], stored.get(key, ()), correct=correct))
    return sorted(found, key=lambda outcome: outcome.place)


def _newest(rows: Mapping[int, NewMeasurement], places: Sequence[int]) -> int | None:
    """Return the place of the row that stands for all of its key; None if they contradict."""
    first = rows[places[0]]
    said = {(identity_of(rows[place]), content_of(rows[place])) for place in places}
    if len(said) == 1:
        return places[0]
    moments = [rows[place].observed_at for place in places]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(places) or any(
        identity_of(rows[place]) != identity_of(first) for place in places
    ):
        return None
    last = [place for place in places if rows[place].observed_at == max(known)]
    contents = {content_of(rows[place]) for place in last}
    return last[0] if len(contents) == 1 else None


def _place_words(rows: Mapping[int, NewMeasurement], place: int) -> str:
    line = rows[place].line
    return str(place + 1 if line is None else line)


def _twin(rows: Mapping[int, NewMeasurement], place: int, chosen: int) -> Outcome:
    where = _place_words(rows, chosen)
    if content_of(rows[place]) == content_of(rows[chosen]):
        return Outcome(place, Fate.UNCHANGED, _("Row %(line)s says the same.", line=where))
    return _overtaken(place, _("Row %(line)s was observed later and stands for it.", line=where))


def _overtaken(place: int, note: str) -> Outcome:
    return Outcome(place, Fate.UNCHANGED, note, overtaken=True)


def _contradiction(
    rows: Mapping[int, NewMeasurement], places: Sequence[int], place: int
) -> Outcome:
    other = next(one for one in places if one != place)
    reason = _(
        "Row %(line)s has the same key and says otherwise. Keep one, or give each its observed_at.",
        line=_place_words(rows, other),
    )
    return _refused(place, rows[place], reason)


def _refused(place: int, row: NewMeasurement, reason: str, column: str = "numerator") -> Outcome:
    shown = row.external_key if column == "key" else f"{row.numerator}/{row.denominator}"
    return Outcome(place, Fate.REFUSED, problem=RowProblem(row.line, column, shown or "", reason))


def _against(place: int, row: NewMeasurement, held: Sequence[Held], *, correct: bool) -> Outcome:
    """Return the fate of a row against the rows recorded under its key."""
    live = next((one for one in held if not one.voided), None)
    if live is not None and live.identity != identity_of(row):
        reason = _("This key belongs to a measurement of something else. Use another key.")
        return _refused(place, row, reason, "key")
    content = content_of(row)
    if live is not None and live.content == content:
        return Outcome(place, Fate.UNCHANGED, _("It is recorded already."))
    if live is not None and live.retired:
        reason = _("This measurement is part of a sum by now, which cannot be corrected.")
        return _refused(place, row, reason)
    alike = [one for one in held if one.content == content and one.identity == identity_of(row)]
    if any(one.voided and not one.corrected for one in alike):
        return _overtaken(place, _("A person voided these numbers; they stay void."))
    if live is None:
        return Outcome(place, Fate.ACCEPTED)
    if not correct:
        reason = _("This measurement is recorded with other numbers. Void that row first.")
        return _refused(place, row, reason)
    return _correction(place, row, live, seen_before=bool(alike))


def _correction(place: int, row: NewMeasurement, live: Held, *, seen_before: bool) -> Outcome:
    """Return the fate of other numbers than those in force: they correct if observed later."""
    if row.observed_at is None or live.observed_at is None:
        if seen_before:
            note = _("These numbers were corrected since. Give observed_at to bring them back.")
            return _overtaken(place, note)
        return Outcome(place, Fate.CORRECTED, corrects=live)
    if row.observed_at < live.observed_at:
        return _overtaken(place, _("Numbers observed later are recorded already."))
    if row.observed_at == live.observed_at:
        reason = _(
            "Other numbers are recorded that were observed at the same moment. Give a later "
            "observed_at."
        )
        return _refused(place, row, reason, "observed_at")
    return Outcome(place, Fate.CORRECTED, corrects=live)
