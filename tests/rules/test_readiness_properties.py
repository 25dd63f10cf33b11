"""Damaged evidence brings no verdict nearer to go; order and repeats do not matter."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.capacity.facts import CapacityFacts, Result
from roadmap.launches.kinds import LaunchState, PhaseState
from roadmap.mechanisms.kinds import Grade, LabelSource, Sampling, Stage
from roadmap.readiness.answers import Answer, Status
from roadmap.readiness.facts import (
    DependencyFact,
    LaunchFacts,
    MeasurementFact,
    RequirementFact,
    Severity,
    WaiverFact,
)
from roadmap.readiness.facts_text import digest
from roadmap.readiness.phrases import FIXES, SAYS
from roadmap.readiness.verdict import NEARNESS, evaluate
from roadmap.taxonomy.scope import parse_pattern
from tests.rules.readiness_cast import (
    APPEALS,
    AT,
    CLASSIFIER,
    QUEUE,
    change,
    item,
    launch_in_order,
    row,
)

CELLS = ("ES/es/live/counterfeit", "ES/en/live/counterfeit", "DE/de/shop/weapons")
SLICES = ("*/es/*/counterfeit", "*/en/*/counterfeit", "*/de/*/weapons")
PAST = date(2026, 1, 1)

rows = st.builds(
    lambda scope, share, n, age, digest_, voided, labels: replace(
        row(0, scope, round(share * n), n, age=age, configuration_digest=digest_),
        voided_at=AT if voided else None,
        label_source=labels,
    ),
    st.sampled_from((*SLICES, "*/*/*/*")),
    st.sampled_from((0.80, 0.92, 0.96, 0.99)),
    st.sampled_from((0, 35, 400, 2400)),
    st.integers(0, 12),
    st.sampled_from(("d12", "d12", "d13")),
    st.sampled_from((False, False, False, True)),
    st.sampled_from((LabelSource.HUMAN, LabelSource.HUMAN, LabelSource.LLM_ONLY)),
)


@st.composite
def launches(draw: st.DrawFn) -> LaunchFacts:
    """A launch mostly in order, with some of its facts drawn."""
    facts = launch_in_order(*CELLS[: draw(st.integers(1, 3))])
    extra = draw(st.lists(rows, max_size=4))
    numbered = [replace(r, id=100 + i) for i, r in enumerate(extra)]
    answers = draw(st.lists(st.sampled_from((True, True, True, False, None)), max_size=3))
    items = [item(10 + i, a, severity=Severity.APPROVABLE) for i, a in enumerate(answers)]
    waivers = [
        WaiverFact(
            id=i,
            code="CHECKLIST",
            subject=f"checklist:{10 + i}",
            requested_by=1,
            approved_by=draw(st.sampled_from((2, 2, 1, None))),
            approved_at=AT - timedelta(days=9),
            expires_at=AT + timedelta(days=draw(st.sampled_from((-1, 5, 60)))),
        )
        for i in range(draw(st.integers(0, 3)))
    ]
    committed = draw(st.booleans())
    return replace(
        facts,
        launch=replace(facts.launch, committed=committed),
        measurements=(*facts.measurements, *numbered),
        checklist=(*facts.checklist, *items),
        waivers=tuple(waivers),
        dependencies=(
            DependencyFact(
                id=1,
                predecessor_id=7,
                predecessor_state=LaunchState.LIVE,
                phase_position=1,
                phase_state=PhaseState.LIVE,
                starts_on=PAST,
            ),
        ),
        requirements=(RequirementFact(id=1, key="REQ-1", must=True, open_criteria=0),),
    )


def _each(name: str, **values: object) -> Callable[[LaunchFacts, int], LaunchFacts]:
    """Change one record of a kind, picked by number."""

    def damage(facts: LaunchFacts, pick: int) -> LaunchFacts:
        records = list(getattr(facts, name))
        if not records:
            return facts
        place = pick % len(records)
        records[place] = replace(records[place], **values)
        return replace(facts, **{name: tuple(records)})  # type: ignore[arg-type]

    return damage


def _drop(name: str) -> Callable[[LaunchFacts, int], LaunchFacts]:
    def damage(facts: LaunchFacts, pick: int) -> LaunchFacts:
        records = list(getattr(facts, name))
        if records:
            del records[pick % len(records)]
        return replace(facts, **{name: tuple(records)})  # type: ignore[arg-type]

    return damage


def _forget_all_rows(facts: LaunchFacts, _pick: int) -> LaunchFacts:
    return replace(facts, measurements=())


def _forget_oldest_row(facts: LaunchFacts, _pick: int) -> LaunchFacts:
    oldest = min(facts.measurements, key=lambda r: (r.window_end, r.recorded_at, r.id))
    return replace(facts, measurements=tuple(r for r in facts.measurements if r is not oldest))


def _mechanism(**values: object) -> Callable[[LaunchFacts, int], LaunchFacts]:
    return lambda facts, pick: change(facts, (CLASSIFIER, QUEUE, APPEALS)[pick % 3], **values)


# Rows are voided, never removed (DOMAIN section 4), so only harmless removals of rows are listed.
DAMAGES: dict[str, Callable[[LaunchFacts, int], LaunchFacts]] = {
    "void a row": _each("measurements", voided_at=AT),
    "age every row": lambda f, _p: replace(
        f,
        measurements=tuple(
            replace(
                r,
                window_start=r.window_start - timedelta(days=40),
                window_end=r.window_end - timedelta(days=40),
            )
            for r in f.measurements
        ),
    ),
    "numerator above denominator": _each("measurements", numerator=9999999.0),
    "negative numerator": _each("measurements", numerator=-1.0),
    "not a number": _each("measurements", numerator=float("nan")),
    "nothing labelled": _each("measurements", numerator=0.0, denominator=0.0),
    "future window": _each("measurements", window_end=date(2030, 1, 1)),
    "language model labels": _each("measurements", label_source=LabelSource.LLM_ONLY),
    "borrowed": _each("measurements", grade=Grade.BORROWED),
    "strata missing": _each("measurements", sampling=Sampling.STRATIFIED),
    "all rows gone": _forget_all_rows,
    "oldest row gone": _forget_oldest_row,
    "certification gone": _drop("certifications"),
    "certification expired": _each("certifications", expires_on=PAST),
    "certification elsewhere": _each("certifications", permitted_markets=()),
    "guideline untranslated": _each("guidelines", languages=()),
    "guidelines gone": lambda f, _p: replace(f, guidelines=()),
    "forecasts gone": lambda f, _p: replace(f, forecasts=()),
    "needs gone": lambda f, _p: replace(f, training_needs=()),
    "answer withdrawn": _each("checklist", answer=None),
    "attester unknown": _each("checklist", attested_by=None),
    "attestation expired": _each("checklist", valid_until=PAST),
    "checklist gone": lambda f, _p: replace(f, checklist=()),
    "waiver gone": _drop("waivers"),
    "waiver expired": _each("waivers", expires_at=AT),
    "waiver unapproved": _each("waivers", approved_by=None),
    "waiver self-approved": _each("waivers", approved_by=1),
    "staffing not attested": _mechanism(staffed_until=None),
    "staffing expired": _mechanism(staffed_until=PAST),
    "paused": _mechanism(stage=Stage.PAUSED),
    "shadow": _mechanism(stage=Stage.SHADOW),
    "other configuration": _mechanism(configuration_digest="d99"),
    "ratio": _mechanism(rollout_ratio=0.5),
    "ratio not a number": _mechanism(rollout_ratio=float("nan")),
    "cap": _mechanism(max_daily_actions=1),
    "mechanism gone": _drop("mechanisms"),
    "links gone": lambda f, _p: replace(f, links=()),
    "predecessor halted": _each("dependencies", phase_state=PhaseState.HALTED),
    "predecessor unknown": _each("dependencies", phase_state=None),
    "criteria unknown": _each("requirements", open_criteria=None),
    "phase gone": lambda f, _p: replace(f, phases=()),
    "date gone": _each("phases", starts_on=None),
    "cells gone": lambda f, _p: replace(f, cells=()),
}
# Taking one item, need or target away is an edit of what is demanded, not of evidence.
# "checklist gone" and the like are listed because an empty set must not pass.


ROW_DAMAGES = sorted(name for name in DAMAGES if "row" in name or name == "not a number")
PICKS = range(8)


def _never_improves(facts: LaunchFacts, damage: str) -> None:
    before = evaluate(facts, AT).word
    for pick in PICKS:
        after = evaluate(DAMAGES[damage](facts, pick), AT).word
        assert NEARNESS[after] <= NEARNESS[before]


@settings(max_examples=300, deadline=None)
@given(launches(), st.sampled_from(sorted(DAMAGES)))
def test_damaged_evidence_never_improves_a_verdict(facts: LaunchFacts, damage: str) -> None:
    _never_improves(facts, damage)


@settings(max_examples=300, deadline=None)
@given(st.lists(rows, min_size=1, max_size=3), st.sampled_from(ROW_DAMAGES))
def test_damaged_measurements_never_improve_a_launch_otherwise_in_order(
    drawn: list[MeasurementFact], damage: str
) -> None:
    facts = launch_in_order(CELLS[0])
    mine = [replace(r, id=100 + i, scope=parse_pattern(SLICES[0])) for i, r in enumerate(drawn)]
    _never_improves(replace(facts, measurements=(*facts.measurements, *mine)), damage)


@settings(max_examples=60, deadline=None)
@given(launches(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(facts: LaunchFacts, chance: random.Random) -> None:
    def shuffled(name: str) -> tuple[object, ...]:
        records = list(getattr(facts, name))
        chance.shuffle(records)
        return tuple(records)

    names = [
        "cells",
        "links",
        "mechanisms",
        "measurements",
        "guidelines",
        "certifications",
        "checklist",
        "waivers",
        "training_needs",
    ]
    mixed = replace(facts, **{name: shuffled(name) for name in names})  # type: ignore[arg-type]
    assert evaluate(mixed, AT) == evaluate(facts, AT) == evaluate(facts, AT)
    assert digest(mixed) == digest(facts)


def _statuses(answers: tuple[Answer, ...]) -> list[tuple[str, str, Status]]:
    return [(a.code, a.subject, a.status) for a in answers if a.code != "WAIVER_EXPIRED"]


@settings(max_examples=100, deadline=None)
@given(launches())
def test_a_waiver_never_turns_a_check_into_a_pass(facts: LaunchFacts) -> None:
    every = tuple(
        WaiverFact(
            id=900 + i,
            code=a.code,
            subject=a.subject,
            requested_by=1,
            approved_by=2,
            approved_at=AT,
            expires_at=AT + timedelta(days=30),
        )
        for i, a in enumerate(evaluate(facts, AT).reasons)
    )
    bare, waived = (
        evaluate(replace(facts, waivers=()), AT),
        evaluate(replace(facts, waivers=every), AT),
    )
    assert sorted(_statuses(bare.reasons)) == sorted(_statuses(waived.reasons))
    for answer in waived.reasons:
        if answer.waiver_id is not None:
            assert answer.status is Status.FAIL
            assert answer.severity is Severity.APPROVABLE
    if bare.word != "READY":
        assert waived.word != "READY"


@settings(max_examples=100, deadline=None)
@given(launches(), st.integers(0, 90))
def test_nothing_changes_by_time_alone_before_valid_until(facts: LaunchFacts, days: int) -> None:
    first = evaluate(facts, AT)
    later = AT + timedelta(days=days)
    if first.valid_until is not None and later >= first.valid_until:
        later = first.valid_until - timedelta(seconds=1)
    second = evaluate(facts, later)
    assert (first.word, first.outlook, first.open_codes) == (
        second.word,
        second.outlook,
        second.open_codes,
    )


@settings(max_examples=200, deadline=None)
@given(launches(), st.sampled_from(sorted(DAMAGES)), st.integers(0, 20))
def test_every_answer_has_its_own_sentence_and_fix(
    facts: LaunchFacts, damage: str, pick: int
) -> None:
    for answer in evaluate(DAMAGES[damage](facts, pick), AT).reasons:
        assert answer.why == "proven" or (answer.code, answer.why) in SAYS
        assert answer.fix is None or answer.fix in FIXES
        assert answer.passes or answer.fix is not None


results = st.sampled_from(list(Result))


@given(st.data(), results, results, results)
def test_damaged_capacity_never_improves_a_verdict(
    data: st.DataObject, queue: Result, appeals: Result, outage: Result
) -> None:
    facts = launch_in_order()
    given = facts.capacity
    codes = {QUEUE: "CAP_SHARED", APPEALS: "APPEAL_CAP"}
    wanted = {QUEUE: queue, APPEALS: appeals}
    capacity = replace(
        given,
        queues=tuple(
            replace(one, result=wanted[one.queue_id], code=codes[one.queue_id], why="break_even")
            for one in given.queues
        ),
        outages=tuple(replace(one, result=outage) for one in given.outages),
    )
    before = evaluate(replace(facts, capacity=capacity), AT)
    lost = data.draw(st.sampled_from(("queue", "outage", "all", "unknown")))
    damaged = {
        "queue": replace(capacity, queues=capacity.queues[1:]),
        "outage": replace(capacity, outages=()),
        "all": CapacityFacts(),
        "unknown": replace(
            capacity, queues=tuple(replace(q, result=Result.UNKNOWN) for q in capacity.queues)
        ),
    }[lost]
    after_ = evaluate(replace(facts, capacity=damaged), AT)
    # A failing queue that is forgotten stays a question nobody answered, never a pass.
    assert NEARNESS[after_.word] <= NEARNESS[before.word]
