"""Every known way past the gates of a real tracker ends as HOLD, NOT_ASSESSED or NOT_READY here."""

from pathlib import Path

import pytest

from roadmap.exchange.launch_tables import plan_launches
from roadmap.readiness.verdict import Word, evaluate
from tests.rules import replay_kubernetes as replay
from tests.rules.readiness_cast import AT

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the sample data beside the project is absent"),
]
TABLES = DATA / "k8s_enhancements" / "tidy"
EXCEPTIONS = DATA / "k8s_sig_release" / "tidy" / "exceptions.csv"


@pytest.fixture(scope="module")
def launches() -> list[replay.Replayed]:
    return replay.replay_launches(plan_launches(TABLES))


def test_every_known_way_past_the_gates_is_held_with_everything_else_in_order(
    launches: list[replay.Replayed],
) -> None:
    everything = [*launches, *replay.replay_exceptions(replay.read_exceptions(EXCEPTIONS))]
    for one in everything:
        assert set(one.alone.values()) <= {word.value for word in replay.HELD}, one
        if one.reasons:
            assert one.word in replay.HELD, one
    assert list(replay.lines(everything)) == [
        "146 replayed: 83 HOLD, 31 NOT_READY, 32 READY",
        "    13  status or stage misspelt or missing: 13 HOLD",
        '    33  milestone "0.0", odd or missing: 33 HOLD',
        "    37  no approval for its stage: 37 HOLD",
        "    12  approver no longer in the group: 12 HOLD",
        "     0  approved by its own author: none",
        "    48  a required item not ticked: 48 HOLD",
        "    28  exception without expiry or second person: 28 NOT_READY",
        "     3  exception denied, gone ahead or not: 3 NOT_READY",
    ]


def test_what_is_in_order_at_the_source_is_ready_here_so_the_replay_can_tell(
    launches: list[replay.Replayed],
) -> None:
    ready = [one for one in launches if one.word is Word.READY]
    assert len(ready) == 32
    assert all(one.reasons == () for one in ready)
    assert {one.word for one in launches if not one.reasons} == {Word.READY}


def test_the_known_fail_opens_are_in_the_data(launches: list[replay.Replayed]) -> None:
    by_key = {one.key: one for one in launches}
    misspelt = by_key["keps/sig-instrumentation/1753-logs-sanitization/kep.yaml"]
    zero = by_key["keps/sig-cli/2257-kui/kep.yaml"]
    assert (replay.MISSPELT in misspelt.reasons, misspelt.word) == (True, Word.HOLD)
    assert (replay.NO_MILESTONE in zero.reasons, "DEPENDENCY" in zero.codes) == (True, True)
    assert any("SIGNOFF_MISSING" in one.codes for one in launches)


@pytest.mark.parametrize("missing", sorted(replay.WELL_KNOWN))
def test_an_exception_counts_only_with_a_second_person_and_a_last_day(missing: str) -> None:
    row = replay.read_exceptions(EXCEPTIONS)[0]
    whole = replay.exception_facts(row, (replay.waiver(row, **replay.WELL_KNOWN),))
    assert evaluate(whole, AT).word is Word.CONDITIONAL
    known = {name: value for name, value in replay.WELL_KNOWN.items() if name != missing}
    if missing == "approved_at":
        known[missing] = None
    lacking = replay.exception_facts(row, (replay.waiver(row, **known),))
    assert evaluate(lacking, AT).word is Word.NOT_READY
