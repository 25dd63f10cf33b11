"""Launches with phases, scope, links, checklists and what they wait for."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from benchmarks.bulk import Loader
from benchmarks.organisation import checklist, words
from benchmarks.organisation.ground import AREAS, MARKETS, Ground, draw_for
from benchmarks.organisation.mechanisms import Place, Registry
from roadmap.launches.kinds import LaunchState, LaunchType, PhaseState
from roadmap.launches.models import (
    Forecast,
    Launch,
    LaunchCell,
    LaunchDependency,
    LaunchMechanism,
    LaunchRequirement,
    LaunchTarget,
    Phase,
    TrainingNeed,
)
from roadmap.mechanisms.kinds import HUMAN_KINDS, Grade, LinkRole, MechanismKind, Metric, Stage
from roadmap.readiness.models import CurrentVerdict, GapPlan, Waiver

Row = dict[str, Any]
_S = LaunchState
_STATES = {
    _S.CLOSED: 38, _S.LIVE: 14, _S.COMMITTED: 16, _S.PLANNED: 18, _S.DRAFT: 7, _S.PAUSED: 2,
    _S.ROLLED_BACK: 2, _S.CANCELLED: 3,
}  # fmt: skip
_COMMITTED = frozenset({_S.CLOSED, _S.LIVE, _S.COMMITTED, _S.PAUSED})
_ROLES = {
    MechanismKind.REVIEW_QUEUE: LinkRole.REVIEW,
    MechanismKind.APPEALS_QUEUE: LinkRole.APPEAL,
    MechanismKind.ESCALATION_DESK: LinkRole.ESCALATE,
    MechanismKind.QA_PROGRAM: LinkRole.AUDIT,
    MechanismKind.USER_REPORT_CHANNEL: LinkRole.REPORT,
}
_SHARES = (0.1, 0.5, 1.0)
# The launch whose room is measured, and the one that is judged alone: both lean on 20 mechanisms.
# The second has one cell and one target a link, which makes about 60 answers.
HEAVY, JUDGED, LINKS = 1, 2, 20


class _Launches:
    def __init__(self, ground: Ground, registry: Registry) -> None:
        self.ground, self.registry, self.sizes = ground, registry, ground.sizes
        self.draw = draw_for("launches", ground.sizes)
        self.parts: dict[type, list[Row]] = {
            Phase: [],
            LaunchCell: [],
            Forecast: [],
            LaunchRequirement: [],
            LaunchMechanism: [],
            LaunchTarget: [],
            TrainingNeed: [],
            LaunchDependency: [],
            checklist.ChecklistItem: [],
            Waiver: [],
            GapPlan: [],
        }
        # Busy places first: a launch goes where mechanisms are.
        self.places = sorted(registry.at, key=lambda place: (-len(registry.at[place]), place))

    def rows(self) -> Iterator[Row]:
        """Yield the launches; their parts are in ``parts`` afterwards."""
        states, weights = list(_STATES), list(_STATES.values())
        committed = 0
        for number in range(1, self.sizes.launches + 1):
            state = self.draw.choices(states, weights)[0] if number > JUDGED else _S.COMMITTED
            committed += state in _COMMITTED
            start = self._start(state)
            yield self._launch(number, state, committed if state in _COMMITTED else None)
            self._phases(number, state, start)
            self._lean(number)
            self._rest(number, state)

    def _start(self, state: LaunchState) -> date:
        days = {
            _S.CLOSED: (-700, -120),
            _S.LIVE: (-110, -5),
            _S.COMMITTED: (3, 120),
        }.get(state, (20, 300))
        return self.sizes.monday + timedelta(days=self.draw.randint(*days))

    def _launch(self, number: int, state: LaunchState, commitment: int | None) -> Row:
        draw, now = self.draw, self.sizes.now
        answers = {
            name: draw.random() < 0.3
            for name in (
                "new_market", "new_surface", "automatic_action", "new_policy", "minors_or_safety",
                "load_over_5_percent",
            )
        }  # fmt: skip
        created = now - timedelta(days=draw.randint(5, 800))
        return {
            "id": number,
            "title": words.title(draw),
            "summary": words.problem(draw),
            "type": draw.choice(list(LaunchType)),
            "state": state,
            "owner_id": self.ground.person(draw),
            "team_id": self.ground.team(draw),
            "tier_answers": answers,
            "tier": 3 - min(2, sum(answers.values())),
            "confidential": draw.random() < 0.03,
            "commitment_no": commitment,
            "committed_at": created if commitment else None,
            "created_at": created,
            "updated_at": created + (now - created) * draw.random(),
            "version": 1,
        }

    def _add(self, table: type, **row: Any) -> int:
        rows = self.parts[table]
        rows.append(row | {"id": len(rows) + 1})
        return len(rows)

    def _phases(self, number: int, state: LaunchState, start: date) -> None:
        live = {_S.CLOSED: 3, _S.LIVE: 1 + number % 2}.get(state, 0)
        for place, share in enumerate(_SHARES, 1):
            day = start + timedelta(days=14 * (place - 1))
            self._add(
                Phase,
                launch_id=number,
                position=place,
                name=f"{share:.0%}",
                share=share,
                starts_on=day,
                state=PhaseState.LIVE if place <= live else PhaseState.PLANNED,
                went_live_on=day if place <= live else None,
            )

    def _lean(self, number: int) -> None:
        """Give the launch its cells and the mechanisms declared there, with targets."""
        draw = self.draw
        market, _surface, area = place = self._place(number)
        areas = [area, next(a for a in AREAS if a != area)] if number == HEAVY else [area]
        for tongue in MARKETS[market]:
            for each in areas:
                self._cell(number, place, tongue, each)
        near = self.registry.at[place]
        if len(near) < LINKS and number <= JUDGED:
            near = sorted(self.registry.kinds)
        count = LINKS if number <= JUDGED else draw.randint(2, 9)
        for mechanism in sorted(draw.sample(near, min(count, len(near)))):
            self._link(number, mechanism)
        for tongue in MARKETS[market]:
            likely = draw.randint(500, 90_000)
            self._add(
                Forecast,
                launch_id=number,
                market_code=market,
                language_code=tongue,
                likely=likely,
                low=likely * 0.7,
                high=likely * 1.5,
                prevalence=0.02,
                grade=draw.choice(list(Grade)),
            )

    def _place(self, number: int) -> Place:
        if number <= JUDGED:
            tongues = 2 if number == HEAVY else 1
            return next(p for p in self.places if len(MARKETS[p[0]]) == tongues)
        return self.places[int(len(self.places) * self.draw.random() ** 2)]

    def _cell(self, number: int, place: Place, tongue: str, area: str) -> None:
        market, surface, _ = place
        self._add(
            LaunchCell,
            launch_id=number,
            market_code=market,
            language_code=tongue,
            surface_code=surface,
            policy_area_code=area,
            from_phase=1,
        )

    def _link(self, number: int, mechanism: int) -> None:
        kind = self.registry.kinds[mechanism]
        human = kind in HUMAN_KINDS
        link = self._add(
            LaunchMechanism,
            launch_id=number,
            mechanism_id=mechanism,
            role=_ROLES.get(kind, LinkRole.DETECT),
            required_stage=self.draw.choice((Stage.MONITOR, Stage.ENFORCE)),
            auto_actions_per_week=None if human else self.draw.randint(10, 9_000),
        )
        metrics = {Metric.QA_ACCURACY: 0.92} if human else {Metric.PRECISION: 0.95}
        if not human and number % 2:
            metrics[Metric.RECALL] = 0.9
        for metric, target in metrics.items():
            self._add(
                LaunchTarget,
                launch_id=number,
                launch_mechanism_id=link,
                metric=metric,
                target=target,
                dimensions=["language", "policy_area"],
                max_age_days=30,
            )

    def _rest(self, number: int, state: LaunchState) -> None:
        draw, sizes = self.draw, self.sizes
        for requirement in {draw.randint(1, sizes.requirements) for _ in range(draw.randint(0, 5))}:
            must = draw.random() < 0.5
            self._add(LaunchRequirement, launch_id=number, requirement_id=requirement, must=must)
        if number > 10 and draw.random() < 0.3:
            before = draw.randint(1, number - 1)
            self._add(LaunchDependency, launch_id=number, depends_on_id=before)
        if draw.random() < 0.5:
            owner = self.ground.person(draw)
            self._add(TrainingNeed, launch_id=number, heads=draw.randint(2, 30), owner_id=owner)
        done = 1.0 if state in {_S.CLOSED, _S.LIVE} else draw.choice((0.3, 0.7, 0.95, 1.0))
        for item in checklist.items_of(number, self.ground, draw, done):
            self._add(checklist.ChecklistItem, **item)
        if draw.random() < 0.05:
            self._waive(draw, number)

    def _waive(self, draw: Random, number: int) -> None:
        subject = f"item:{len(self.parts[checklist.ChecklistItem])}"
        self._add(
            Waiver,
            launch_id=number,
            check_code="CHECKLIST",
            subject=subject,
            reason="The translation comes a week later.",
            risk_of_proceeding="Some sellers read English for a week.",
            risk_of_not="The campaign starts without the launch.",
            owner_id=self.ground.person(draw),
            requested_by=2,
            requested_at=self.sizes.now - timedelta(days=9),
            approved_by=1,
            approved_at=self.sizes.now - timedelta(days=8),
            expires_on=self.sizes.monday + timedelta(days=40),
        )
        self._add(
            GapPlan,
            launch_id=number,
            check_code="CHECKLIST",
            subject=subject,
            owner_id=self.ground.person(draw),
            finish_on=self.sizes.monday + timedelta(days=14),
        )


def load(loader: Loader, ground: Ground, registry: Registry) -> None:
    """Write the launches and their parts; verdicts are left to the product."""
    drawn = _Launches(ground, registry)
    checklist.load_template(loader)
    loader.add(Launch, drawn.rows())
    for table, rows in drawn.parts.items():
        loader.add(table, rows)
    loader.add(
        CurrentVerdict,
        ({"launch_id": n, "outdated": True} for n in range(1, ground.sizes.launches + 1)),
    )
