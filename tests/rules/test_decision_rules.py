"""Who stands by a decision: pure rules of what the people named in it say afterwards."""

import pytest

from roadmap.readiness.decision_rules import (
    AnswerKind,
    DecisionKind,
    Voice,
    VoiceKind,
    still_carried,
    voices,
)

BOB, DORA, ANA, EVE = 1, 2, 3, 9
NAMED = [(BOB, VoiceKind.DECIDER), (DORA, VoiceKind.DECIDER), (ANA, VoiceKind.DISSENT)]
YES, NO = AnswerKind.CONFIRMED, AnswerKind.CONTESTED


def test_who_recorded_it_and_named_themselves_has_confirmed_and_others_are_awaited() -> None:
    assert [v.answer for v in voices(NAMED, [], BOB)] == [YES, None, None]
    assert [v.answer for v in voices(NAMED, [], EVE)] == [None, None, None]


def test_the_newest_word_counts_and_words_of_people_not_named_count_nothing() -> None:
    said = [(BOB, NO), (DORA, YES), (DORA, NO), (ANA, NO), (ANA, YES), (EVE, NO)]
    assert [v.answer for v in voices(NAMED, said, BOB)] == [NO, NO, YES]


@pytest.mark.parametrize(
    ("kind", "contested", "carried"),
    [
        (DecisionKind.GO, set(), True),
        (DecisionKind.GO, {ANA}, True),
        (DecisionKind.GO, {DORA}, True),
        (DecisionKind.CONDITIONAL, {BOB, DORA}, False),
        (DecisionKind.GO, {BOB, DORA}, False),
        (DecisionKind.EMERGENCY_GO, set(), True),
        (DecisionKind.EMERGENCY_GO, {ANA}, True),
        (DecisionKind.EMERGENCY_GO, {DORA}, False),
    ],
)
def test_a_go_needs_a_decider_who_stands_by_it_and_an_emergency_go_two(
    kind: DecisionKind, contested: set[int], carried: bool
) -> None:
    said = [(person, NO) for person in contested]
    assert still_carried(kind, voices(NAMED, said, BOB)) is carried


def test_a_decision_that_names_nobody_lets_nothing_go() -> None:
    assert not still_carried(DecisionKind.GO, [])
    assert not still_carried(DecisionKind.GO, [Voice(ANA, VoiceKind.DISSENT, YES)])
