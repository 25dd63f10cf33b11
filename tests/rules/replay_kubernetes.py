"""Replay an enhancement tracker as launches with gates, approvals and exceptions.

Each launch is in order in everything the tracker does not govern, so that what holds it back can
only be what the tracker lets through: a misspelt status, milestone "0.0", no approver, an approver
who has left the group, an exception without an end. Ticked items count as attested here, which is
more than an import grants.

    python -m tests.rules.replay_kubernetes TABLES EXCEPTIONS
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from roadmap.exchange.launch_claims import MILESTONE, STAGES, STATE_OF_STATUS, LaunchDraft
from roadmap.exchange.launch_tables import LaunchPlan, plan_launches
from roadmap.readiness.facts import (
    ChecklistFact,
    GateFact,
    GroupFact,
    LaunchFacts,
    Severity,
    WaiverFact,
)
from roadmap.readiness.gate_rules import Cast, GateRule, Vote
from roadmap.readiness.verdict import Word, evaluate
from tests.rules.readiness_cast import AT, FAR, launch_in_order

GROUP, OWNER = 1, 5
# Who approved for one of these is taken to be in the group today; the tables do not list it.
RECENT = frozenset(f"v1.{minor}" for minor in range(27, 31))
MISSPELT = "status or stage misspelt or missing"
NO_MILESTONE = 'milestone "0.0", odd or missing'
NO_APPROVER = "no approval for its stage"
LEFT = "approver no longer in the group"
OWN = "approved by its own author"
UNTICKED = "a required item not ticked"
NO_EXPIRY = "exception without expiry or second person"
REFUSED = "exception denied, gone ahead or not"
REASONS = (MISSPELT, NO_MILESTONE, NO_APPROVER, LEFT, OWN, UNTICKED, NO_EXPIRY, REFUSED)
HELD = frozenset({Word.HOLD, Word.NOT_ASSESSED, Word.NOT_READY})


@dataclass(frozen=True)
class Replayed:
    """One launch or exception: what the tracker lets through, and our word for all of it.

    ``alone`` is the word for each reason with everything else in order.
    """

    key: str
    title: str
    reasons: tuple[str, ...]
    word: Word
    codes: tuple[str, ...]
    alone: Mapping[str, Word]


@dataclass(frozen=True)
class _Launch:
    """What the tracker says of one launch, as facts: one part for each thing it governs."""

    draft: LaunchDraft
    people: Mapping[str, int]
    members: frozenset[int]

    @property
    def stage(self) -> str:
        """Return the stage it claims, empty where status or stage is none that exists."""
        known = self.draft.status_claim in STATE_OF_STATUS and self.draft.stage_claim in STAGES
        return self.draft.stage_claim if known else ""

    @property
    def approvers(self) -> set[str]:
        """Return who approved the stage it claims."""
        return {
            one.approver
            for one in self.draft.approvals
            if one.approver and self.stage and one.stage == self.stage
        }

    @property
    def authors(self) -> set[str]:
        """Return its authors."""
        return {one.handle for one in self.draft.people if one.role == "author" and one.handle}

    def reasons(self) -> Iterator[str]:
        """Yield what the tracker lets through."""
        if not self.stage:
            yield MISSPELT
        if MILESTONE.fullmatch(self.draft.latest_milestone) is None:
            yield NO_MILESTONE
        ids = {self.people[one] for one in self.approvers - self.authors}
        if not self.approvers:
            yield NO_APPROVER
        elif self.approvers <= self.authors:
            yield OWN
        elif not ids & self.members:
            yield LEFT
        if any(item.required and not item.ticked for item in self.draft.checklist):
            yield UNTICKED

    def gate(self) -> GateFact:
        """Return the review of production readiness: an author's own approval is no vote at all."""
        asked = Cast(id=1, group_id=None, person_id=OWNER, vote=Vote.REVIEW_REQUESTED, at=AT)
        given = sorted(self.people[one] for one in self.approvers - self.authors)
        votes = [
            Cast(id=number, group_id=GROUP, person_id=person, vote=Vote.APPROVED, at=AT)
            for number, person in enumerate(given, 2)
        ]
        return gate(self.members, (asked, *votes))

    def checklist(self) -> tuple[ChecklistFact, ...]:
        """Return the sign-off list: what is not ticked is not answered."""
        return tuple(
            ChecklistFact(
                id=100 + item.number,
                item=item.text,
                severity=Severity.BLOCKER if item.required else Severity.INFO,
                answer=True if item.ticked else None,
                attested_by=OWNER if item.ticked else None,
                attested_at=AT if item.ticked else None,
                owner_id=OWNER,
            )
            for item in self.draft.checklist
        )

    def facts(self, only: str | None = None) -> LaunchFacts:
        """Return the launch with everything the tracker says, or with one reason alone."""
        facts = launch_in_order()
        if only in (None, NO_MILESTONE) and NO_MILESTONE in set(self.reasons()):
            # A milestone nobody can date is no date: the phase has none.
            facts = replace(facts, phases=(replace(facts.phases[0], starts_on=None),))
        own = self.gate() if only in (None, MISSPELT, NO_APPROVER, LEFT, OWN) else signed()
        if only in (None, UNTICKED):
            facts = replace(facts, checklist=(*facts.checklist, *self.checklist()))
        return replace(facts, gates=(own,))


def gate(members: Iterable[int], votes: Sequence[Cast]) -> GateFact:
    """Return a gate of one group."""
    group = GroupFact(id=GROUP, members=tuple(sorted(members)))
    return GateFact(
        id=1, name="Production readiness", rule=GateRule.ALL, groups=(group,), votes=tuple(votes)
    )


def signed() -> GateFact:
    """Return the gate, asked for and approved by a member."""
    asked = Cast(id=1, group_id=None, person_id=OWNER, vote=Vote.REVIEW_REQUESTED, at=AT)
    approved = Cast(id=2, group_id=GROUP, person_id=77, vote=Vote.APPROVED, at=AT)
    return gate([77], (asked, approved))


def replay_launches(plan: LaunchPlan) -> list[Replayed]:
    """Return every launch of the tables, replayed."""
    milestones = {
        (draft.external_key, phase.name): phase.milestone
        for draft in plan.launches
        for phase in draft.phases
    }
    seen: dict[str, set[str]] = defaultdict(set)
    for draft in plan.launches:
        for one in draft.approvals:
            if one.approver:
                milestone = milestones.get((draft.external_key, one.stage)) or ""
                seen[one.approver].add(milestone)
    people = {handle: 1000 + place for place, handle in enumerate(sorted(seen))}
    members = frozenset(people[one] for one, when in seen.items() if when & RECENT)
    return [_replayed(_Launch(draft, people, members)) for draft in plan.launches]


def _replayed(launch: _Launch) -> Replayed:
    verdict = evaluate(launch.facts(), AT)
    reasons = tuple(launch.reasons())
    return Replayed(
        launch.draft.external_key,
        launch.draft.title,
        reasons,
        verdict.word,
        verdict.open_codes,
        {one: evaluate(launch.facts(one), AT).word for one in reasons},
    )


def replay_exceptions(rows: Iterable[Mapping[str, str]]) -> list[Replayed]:
    """Return every exception request, replayed as a missed freeze and a waiver of it.

    The tracker keeps no second person and no last day: the only day it has is that of the review,
    so that is how long its waiver may hold.
    """
    found = []
    for row in rows:
        granted = row["status"].strip() == "approved"
        verdict = evaluate(exception_facts(row, (waiver(row),) if granted else ()), AT)
        reason = NO_EXPIRY if granted else REFUSED
        alone = {reason: verdict.word}
        codes = verdict.open_codes
        found.append(Replayed(row["issue"], row["name"], (reason,), verdict.word, codes, alone))
    return found


def exception_facts(row: Mapping[str, str], waivers: tuple[WaiverFact, ...]) -> LaunchFacts:
    """Return a launch in order that missed a freeze, with what waives it."""
    missed = ChecklistFact(
        id=200,
        item=f"{row['freeze']} of {row['release']} met",
        severity=Severity.APPROVABLE,
        answer=False,
        attested_by=OWNER,
        attested_at=AT,
        owner_id=OWNER,
    )
    base = launch_in_order()
    checklist = (*base.checklist, missed)
    return replace(base, checklist=checklist, gates=(signed(),), waivers=waivers)


def waiver(row: Mapping[str, str], **known: object) -> WaiverFact:
    """Return the waiver an exception is: what the tracker does not keep is missing."""
    reviewed = date.fromisoformat(row["date_reviewed"] or row["date_requested"])
    day = datetime.combine(reviewed, time(), UTC)
    values: dict[str, object] = {
        "id": 1,
        "code": "CHECKLIST",
        "subject": "checklist:200",
        "requested_by": OWNER,
        "approved_by": None,
        "approved_at": day,
        "expires_at": day + timedelta(days=1),
    }
    return WaiverFact(**{**values, **known})  # type: ignore[arg-type]


# What the tracker would have to keep for an exception to count here.
WELL_KNOWN = {
    "approved_by": 88,
    "approved_at": AT,
    "expires_at": datetime.combine(FAR, time(), UTC),
}


def counts(found: Iterable[Replayed]) -> dict[str, Counter[str]]:
    """Return, for each reason, our words for it alone with everything else in order."""
    table: dict[str, Counter[str]] = {reason: Counter() for reason in REASONS}
    for one in found:
        for reason, word in one.alone.items():
            table[reason][word.value] += 1
    return table


def lines(found: Sequence[Replayed]) -> Iterator[str]:
    """Yield the report: how many are held, by reason."""
    words = Counter(one.word.value for one in found)
    yield f"{len(found)} replayed: " + ", ".join(f"{n} {word}" for word, n in sorted(words.items()))
    for reason, known in counts(found).items():
        told = ", ".join(f"{n} {word}" for word, n in sorted(known.items())) or "none"
        yield f"  {sum(known.values()):>4}  {reason}: {told}"


def read_exceptions(path: Path) -> list[dict[str, str]]:
    """Return the rows of the table of exceptions."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    tables, exceptions = map(Path, sys.argv[1:3])
    everything = [
        *replay_launches(plan_launches(tables)),
        *replay_exceptions(read_exceptions(exceptions)),
    ]
    sys.stdout.writelines(f"{line}\n" for line in lines(everything))
