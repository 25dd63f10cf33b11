"""Requirements with what hangs on them, and what scorers entered."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from benchmarks.bulk import Loader
from benchmarks.organisation import words
from benchmarks.organisation.ground import AREAS, MARKETS, SURFACES, Ground, draw_for
from roadmap import textsearch
from roadmap.requirements.models import (
    AcceptanceCriterion,
    Requirement,
    RequirementComment,
    RequirementEffort,
    RequirementLink,
    RequirementScope,
    RequirementSupport,
)
from roadmap.requirements.rules import (
    BACKLOG,
    INBOX,
    RequirementKind,
    RequirementState,
    ScopeDimension,
    Severity,
    next_word,
)
from roadmap.scoring.models import ScoreEntry

Row = dict[str, Any]
_S = RequirementState
# Share of each state; half of all is the backlog, the heaviest case for ranking and sorting.
_STATES = {
    _S.ACCEPTED: 35, _S.PLANNED: 9, _S.IN_PROGRESS: 6, _S.SUBMITTED: 8, _S.TRIAGED: 5,
    _S.SNOOZED: 2, _S.DELIVERED: 20, _S.DECLINED: 9, _S.DUPLICATE: 6,
}  # fmt: skip
_SCORED = BACKLOG | INBOX | {_S.SNOOZED}
_KINDS = tuple(RequirementKind)


class _Requirements:
    """Draws each requirement once and collects the rows of all its tables."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.sizes = ground.sizes
        self.draw = draw_for("requirements", ground.sizes)
        self.parts: dict[type, list[Row]] = {
            AcceptanceCriterion: [],
            RequirementScope: [],
            RequirementEffort: [],
            RequirementSupport: [],
            RequirementComment: [],
            ScoreEntry: [],
        }
        self.states: list[RequirementState] = []

    def rows(self) -> Iterator[Row]:
        """Yield the requirements; their parts are in ``parts`` afterwards."""
        states, weights = list(_STATES), list(_STATES.values())
        for number in range(1, self.sizes.requirements + 1):
            state = self.draw.choices(states, weights)[0]
            self.states.append(state)
            yield self._requirement(number, state)
            self._hang_on(number, state)

    def _requirement(self, number: int, state: RequirementState) -> Row:
        draw, sizes = self.draw, self.sizes
        title, problem = words.title(draw), words.problem(draw)
        if number % 1_000 == 3:
            title = f"{title} ({words.RARE})"
        created = sizes.now - timedelta(minutes=draw.randint(60, 60 * 24 * 900))
        moved = created + (sizes.now - created) * draw.random()
        kind = draw.choice(_KINDS)
        reported = kind is RequirementKind.PROBLEM_REPORT
        return {
            "id": number,
            "title": title,
            "problem": problem,
            "outcome": f"Fewer complaints about {words.thing(draw)}." if number % 2 else "",
            "kind": kind,
            "severity": draw.choice(list(Severity)) if reported else None,
            "people_affected": draw.randint(1, 50_000) if reported else None,
            "weekly_volume": draw.randint(1, 90_000) if number % 3 else None,
            "links": [{"label": "Notes", "url": "https://wiki.example/notes"}],
            "needed_by": self._needed(draw),
            "requester_id": self.ground.person(draw),
            "team_id": self.ground.team(draw),
            "state": state,
            "state_reason": "Agreed in the weekly round." if state is not _S.SUBMITTED else "",
            "state_changed_at": moved,
            "state_changed_by": 1,
            "next_word_on": next_word(state, moved.date()),
            "snoozed_until": sizes.monday + timedelta(days=40) if state is _S.SNOOZED else None,
            "duplicate_of_id": draw.randint(1, number - 1)
            if state is _S.DUPLICATE and number > 1
            else None,
            "created_at": created,
            "updated_at": moved,
            "search_text": textsearch.normal(f"{title}\n{problem}"),
            "version": 1 + number % 4,
        }

    def _needed(self, draw: Random) -> date | None:
        if draw.random() < 0.5:
            return None
        return self.sizes.monday + timedelta(days=draw.randint(-200, 400))

    def _add(self, table: type, **row: Any) -> None:
        rows = self.parts[table]
        rows.append(row | {"id": len(rows) + 1})

    def _hang_on(self, number: int, state: RequirementState) -> None:
        draw, sizes = self.draw, self.sizes
        about = {"requirement_id": number}
        for place in range(draw.randint(0, 3)):
            text = f"{words.thing(draw).capitalize()} are found within {place + 1} hours."
            done = sizes.now - timedelta(days=3) if state is _S.DELIVERED else None
            self._add(AcceptanceCriterion, **about, position=place + 1, text=text, accepted_at=done)
        for market in draw.sample(sorted(MARKETS), draw.randint(1, 3)):
            self._add(RequirementScope, **about, dimension=ScopeDimension.MARKET, code=market)
        self._add(
            RequirementScope, **about, dimension=ScopeDimension.SURFACE, code=draw.choice(SURFACES)
        )
        self._add(
            RequirementScope, **about, dimension=ScopeDimension.POLICY_AREA, code=draw.choice(AREAS)
        )
        if draw.random() < 0.4:
            weeks = draw.randint(1, 40) / 2
            self._add(RequirementEffort, **about, team_id=self.ground.team(draw), weeks=weeks)
        for person in {self.ground.person(draw) for _ in range(draw.choice((0, 0, 1, 3)))}:
            self._add(
                RequirementSupport,
                **about,
                person_id=person,
                reason="We see the same.",
                weekly_volume=draw.randint(1, 500),
                created_at=sizes.now,
            )
        for _ in range(draw.choice((0, 0, 0, 1, 2))):
            self._add(
                RequirementComment,
                **about,
                author_id=self.ground.person(draw),
                body=words.problem(draw),
                created_at=sizes.now,
            )
        if state in _SCORED:
            self._score(number)

    def _score(self, number: int) -> None:
        draw = self.draw
        for scorer in sorted(draw.sample((1, 2, 3), draw.choice((0, 1, 1, 1, 1, 1, 1, 1, 2, 3)))):
            inputs = {
                "reach": draw.randint(1, 9_000),
                "impact": draw.choice((3, 2, 1, 0.5, 0.25)),
                "confidence": draw.choice((1, 0.8, 0.5)),
                "effort": draw.randint(1, 60) / 2,
            }
            if draw.random() < 0.05:
                del inputs["effort"]
            self._add(
                ScoreEntry,
                requirement_id=number,
                framework_code="rice",
                scorer_id=scorer,
                inputs=inputs,
                updated_at=self.sizes.now,
            )


def load(loader: Loader, ground: Ground) -> list[RequirementState]:
    """Write the requirements and their parts; return their states in order of their keys."""
    drawn = _Requirements(ground)
    loader.add(Requirement, drawn.rows())
    for table, rows in drawn.parts.items():
        loader.add(table, rows)
        rows.clear()
    loader.add(RequirementLink, _links(ground))
    return drawn.states


def _links(ground: Ground) -> Iterator[Row]:
    """Yield prerequisites; a lower key blocks a higher one, so there are no cycles."""
    draw, last = draw_for("links", ground.sizes), ground.sizes.requirements
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < last // 30:
        one, other = draw.randint(1, last), draw.randint(1, last)
        if one != other:
            pairs.add((min(one, other), max(one, other)))
    for key, (blocker, blocked) in enumerate(sorted(pairs), 1):
        yield {
            "id": key,
            "blocker_id": blocker,
            "blocked_id": blocked,
            "created_at": ground.sizes.now,
        }
