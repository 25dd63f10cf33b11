"""Mechanisms of both kinds: coverage, configurations, certified people."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from benchmarks.bulk import Loader
from benchmarks.organisation import words
from benchmarks.organisation.ground import AREAS, MARKETS, SITES, SURFACES, Ground, draw_for
from roadmap.mechanisms.configurations import configuration_digest
from roadmap.mechanisms.kinds import HUMAN_KINDS, FailMode, MechanismKind, Stage
from roadmap.mechanisms.models import Certification, Configuration, CoverageCell, Mechanism

Row = dict[str, Any]
Place = tuple[str, str, str]
_K = MechanismKind
_KINDS = {
    _K.REVIEW_QUEUE: 18, _K.APPEALS_QUEUE: 5, _K.ESCALATION_DESK: 3, _K.QA_PROGRAM: 4,
    _K.USER_REPORT_CHANNEL: 4, _K.CLASSIFIER: 30, _K.RULE: 14, _K.HASH_MATCH: 6, _K.LLM_JUDGE: 10,
    _K.KEYWORD_BANK: 5, _K.SELLER_VERIFICATION: 1,
}  # fmt: skip
_STAGES = {
    Stage.ENFORCE: 75, Stage.MONITOR: 10, Stage.SHADOW: 6, Stage.DRAFT: 2, Stage.PAUSED: 3,
    Stage.RETIRED: 4,
}  # fmt: skip
CONFIGURATIONS = 3


@dataclass
class Registry:
    """What launches and measurements need to know of the mechanisms."""

    kinds: dict[int, MechanismKind] = field(default_factory=dict)
    # (language, policy area) pairs each mechanism works in: the slices it is measured in.
    slices: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    # Mechanisms that declare a market, surface and policy area.
    at: dict[Place, list[int]] = field(default_factory=lambda: defaultdict(list))

    @staticmethod
    def running(mechanism: int) -> int:
        """Return the key of the configuration that runs."""
        return mechanism * CONFIGURATIONS


class _Mechanisms:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.sizes = ground.sizes
        self.draw = draw_for("mechanisms", ground.sizes)
        self.registry = Registry()
        self.cells: list[Row] = []
        self.certifications: list[Row] = []

    def rows(self) -> Iterator[Row]:
        """Yield the mechanisms, human queues first: detectors route to one of them."""
        draw = self.draw
        drawn = draw.choices(list(_KINDS), list(_KINDS.values()), k=self.sizes.mechanisms)
        drawn.sort(key=lambda kind: (kind is not _K.REVIEW_QUEUE, kind not in HUMAN_KINDS))
        queues = max(1, sum(1 for kind in drawn if kind is _K.REVIEW_QUEUE))
        for number, kind in enumerate(drawn, 1):
            self.registry.kinds[number] = kind
            yield self._mechanism(draw, number, kind, queues)
            tongues, areas = self._cover(draw, number)
            self.registry.slices[number] = [(t, a) for t in tongues for a in areas]
            if kind in HUMAN_KINDS:
                self._certify(draw, number, tongues, areas)

    def _mechanism(self, draw: Random, number: int, kind: MechanismKind, queues: int) -> Row:
        human = kind in HUMAN_KINDS
        monday = self.sizes.monday
        return {
            "id": number,
            "name": f"{kind.value.replace('_', ' ').capitalize()} for {words.thing(draw)} {number}",
            "description": words.problem(draw),
            "kind": kind,
            "stage": draw.choices(list(_STAGES), list(_STAGES.values()))[0],
            "owner_id": self.ground.person(draw) if draw.random() < 0.95 else None,
            "team_id": self.ground.team(draw),
            "vendor": "" if human else f"Vendor {number % 9}",
            "site_id": draw.randint(1, SITES) if human else None,
            "routes_to_id": None if human else draw.randint(1, queues),
            "rollout_ratio": draw.choice((1.0, 1.0, 1.0, 0.5)),
            "max_daily_actions": None if human else draw.choice((None, 2_000, 90_000)),
            "fail_mode": None if human else draw.choice(list(FailMode)),
            "unit_price_micros": None if human else draw.randint(20, 5_000),
            "currency": None if human else "EUR",
            "kill_switch_who": "" if human else "On call",
            "kill_switch_minutes": None if human else draw.choice((5, 15, 60)),
            "kill_switch_rehearsed_on": None
            if human
            else monday - timedelta(days=draw.randint(1, 200)),
            "staffed_until": monday + timedelta(days=draw.randint(-20, 300)) if human else None,
            "receives_all": human and draw.random() < 0.2,
            "labels_per_week": draw.choice((None, 50, 200)),
            "created_at": self.sizes.now - timedelta(days=draw.randint(30, 1200)),
            "version": 1,
        }

    def _cover(self, draw: Random, number: int) -> tuple[list[str], list[str]]:
        """Declare cells of one to three markets; return the languages and policy areas."""
        markets = draw.sample(sorted(MARKETS), draw.randint(1, 3))
        surfaces = draw.sample(SURFACES, draw.randint(1, 2))
        areas = draw.sample(AREAS, draw.randint(1, 2))
        every_market = draw.random() < 0.03
        tongues = {tongue for market in markets for tongue in MARKETS[market]}
        for market in [None] if every_market else markets:
            for surface in surfaces:
                for area in areas:
                    for tongue in MARKETS[market] if market else (None,):
                        self._cell(number, market, tongue, surface, area)
                    for named in [market] if market else MARKETS:
                        self.registry.at[named, surface, area].append(number)
        return sorted(tongues), areas

    def _cell(
        self, number: int, market: str | None, tongue: str | None, surface: str, area: str
    ) -> None:
        self.cells.append(
            {
                "id": len(self.cells) + 1,
                "mechanism_id": number,
                "market_code": market,
                "language_code": tongue,
                "surface_code": surface,
                "policy_area_code": area,
            }
        )

    def _certify(self, draw: Random, number: int, tongues: list[str], areas: list[str]) -> None:
        for area in areas:
            for tongue in tongues:
                certified = self.sizes.monday - timedelta(days=draw.randint(10, 170))
                self.certifications.append(
                    {
                        "id": len(self.certifications) + 1,
                        "mechanism_id": number,
                        "policy_version_id": self.ground.in_force[area],
                        "language_code": tongue,
                        "site_id": draw.randint(1, SITES),
                        "heads": draw.randint(1, 60),
                        "certified_on": certified,
                        "expires_on": certified + timedelta(days=365),
                    }
                )


def load(loader: Loader, ground: Ground) -> Registry:
    """Write the mechanisms and their parts; return what others need to know of them."""
    drawn = _Mechanisms(ground)
    loader.add(Mechanism, drawn.rows())
    loader.add(CoverageCell, drawn.cells)
    loader.add(Certification, drawn.certifications)
    loader.add(Configuration, _configurations(drawn))
    return drawn.registry


def _configurations(drawn: _Mechanisms) -> Iterator[Row]:
    now = drawn.sizes.now
    for number in drawn.registry.kinds:
        for step in range(1, CONFIGURATIONS + 1):
            label, parameters = f"v{step}", {"threshold": 0.5 + step / 10, "owner": number}
            yield {
                "id": (number - 1) * CONFIGURATIONS + step,
                "mechanism_id": number,
                "label": label,
                "parameters": parameters,
                "digest": configuration_digest(label, parameters),
                "is_current": step == CONFIGURATIONS,
                "created_at": now - timedelta(days=300 - 90 * step),
            }
