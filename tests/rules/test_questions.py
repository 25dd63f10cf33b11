"""The fewest questions to owners: which fields settle which answers, and how few are enough."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from roadmap.readiness.answers import Answer, Code, Params, Status, pack
from roadmap.readiness.facts import Severity
from roadmap.readiness.questions import Ask, Field, LaunchOpen, ask, fewest

ANNA, BEN = 1, 2


def answer(code: Code, subject: str, *, status: Status = Status.UNKNOWN, **more: object) -> Answer:
    params: Params = pack(more.pop("params", {}))  # type: ignore[arg-type]
    return Answer(
        code=code,
        severity=more.pop("severity", Severity.BLOCKER),  # type: ignore[arg-type]
        status=status,
        subject=subject,
        question=f"{code}:{subject}",
        params=params,
        fix_params=params,
        **more,  # type: ignore[arg-type]
    )


def launch(number: int, *answers: Answer, owner: int | None = ANNA) -> LaunchOpen:
    return LaunchOpen(number, f"LCH-{number}", owner, answers)


SCOPE = [
    answer(Code.COV_GAP, "cells", fix="add_cells"),
    answer(Code.COV_LANG, "languages", fix="add_cells"),
    answer(Code.APPEAL_PATH, "surfaces", fix="add_cells"),
]


def test_one_field_settles_every_answer_that_waits_for_it() -> None:
    found = ask([launch(9, *SCOPE)])
    assert [(q.ask.field, q.ask.record, len(q.settles)) for q in found.questions] == [
        (Field.SCOPE, "LCH-9", 3)
    ]
    assert found.people == (ANNA,)


def test_the_evidence_of_a_mechanism_is_asked_once_for_all_its_launches() -> None:
    stale = answer(
        Code.METRIC_STALE, "MEC-3/es", status=Status.STALE, owner_id=BEN,
        params={"mechanism": "MEC-3"},
    )  # fmt: skip
    found = ask([launch(9, stale), launch(12, stale)])
    (question,) = found.questions
    assert question.ask == Ask(Field.EVIDENCE, "MEC-3", person_id=BEN)
    assert question.launches == (9, 12)


def test_the_owner_is_asked_to_ask_for_a_signature_not_to_sign() -> None:
    named = {"gate": "Policy review"}
    unasked, waiting = (
        answer(Code.SIGNOFF_MISSING, f"gate:{n}", why=why, params=named, owner_id=BEN)
        for n, why in ((4, "not_requested"), (5, "requested"))
    )
    found = {q.ask for q in ask([launch(9, unasked, waiting)]).questions}
    assert found == {
        Ask(Field.REVIEW, "LCH-9", "4", "Policy review", ANNA),
        Ask(Field.GATE, "LCH-9", "5", "Policy review", BEN),
    }


def test_what_fails_and_what_only_time_settles_is_no_question() -> None:
    failing = answer(Code.TRAINING, "needs", status=Status.FAIL, fix="state_heads")
    info = answer(Code.CHECKLIST, "checklist:1", severity=Severity.INFO)
    waiting = answer(Code.DEPENDENCY, "dependency:4", why="before", params={"launch_id": 4})
    found = ask([launch(9, failing, info, waiting)])
    assert (found.questions, found.open, found.waiting) == ((), 0, 1)


def test_nobody_to_ask_is_said_and_not_hidden() -> None:
    found = ask([launch(9, *SCOPE, owner=None)])
    assert found.questions[0].ask.person_id == 0
    assert found.people == ()


def test_of_two_fields_that_would_do_the_one_that_settles_more_is_asked() -> None:
    either = answer(Code.EVIDENCE_THIN, "MEC-1", fix="link_cells")
    found = ask([launch(9, either, *SCOPE)])
    assert [q.ask.field for q in found.questions] == [Field.SCOPE]


def test_most_is_reached_with_the_best_questions_first() -> None:
    items = [
        answer(Code.CHECKLIST, f"checklist:{n}", params={"item": f"Item {n}"}, owner_id=BEN)
        for n in range(1, 4)
    ]
    whole = ask([launch(9, *SCOPE, *items)])
    most = ask([launch(9, *SCOPE, *items)], share=0.6)
    assert (len(whole.questions), whole.settled, whole.open) == (4, 6, 6)
    assert [len(q.settles) for q in most.questions] == [3, 1]
    assert most.settled == 4


_PICKS = st.dictionaries(
    st.integers(0, 7), st.frozensets(st.integers(0, 5), min_size=1), min_size=1, max_size=7
)


@given(_PICKS)
def test_no_smaller_choice_of_questions_would_do(picks: dict[int, frozenset[int]]) -> None:
    reach = {
        Ask(Field.OTHER, f"LCH-{number}"): frozenset((1, str(one)) for one in some)
        for number, some in picks.items()
    }
    wanted = frozenset(one for some in reach.values() for one in some)
    chosen = fewest(reach, wanted)
    assert frozenset(o for each in chosen for o in reach[each]) >= wanted
    for smaller in combinations(reach, len(chosen) - 1):
        assert not frozenset(o for each in smaller for o in reach[each]) >= wanted


@given(st.permutations(range(5)))
def test_the_order_of_launches_changes_nothing(order: list[int]) -> None:
    launches = [launch(n, *SCOPE[: 1 + n % 3], owner=1 + n % 2) for n in range(5)]
    assert ask([launches[n] for n in order]) == ask(launches)
