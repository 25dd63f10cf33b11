"""Registering, editing and switching mechanisms: who may, what is refused, what history says."""

from datetime import timedelta

import pytest

from roadmap import clock
from roadmap.errors import Conflict, Forbidden, Invalid, NotFound
from roadmap.events import subscribe
from roadmap.history.conflict import as_shown, read_shown
from roadmap.history.queries import feed
from roadmap.mechanisms.configurations import (
    add_configuration,
    configuration_digest,
    deploy_configuration,
    parse_parameters,
)
from roadmap.mechanisms.events import MechanismChanged
from roadmap.mechanisms.kinds import FailMode, MechanismKind, Stage
from roadmap.mechanisms.queries import configurations, get_mechanism
from roadmap.mechanisms.service import (
    add_coverage,
    attest_staffing,
    edit_mechanism,
    give_mechanism,
    move_stage,
    register_mechanism,
    rehearse_kill_switch,
    remove_coverage,
    scope_of,
)
from roadmap.taxonomy.scope import ScopePattern
from tests.cast import actor


def test_a_mechanism_belongs_to_who_registers_it_and_starts_as_a_draft(session, house):
    found = register_mechanism(
        session, house.charlie, "classifier", {"name": " Weapons ", "fail_mode": "closed"}
    )
    session.commit()
    assert (found.key, found.stage, found.owner_id) == ("MEC-1", Stage.DRAFT, house.charlie.id)
    assert (found.name, found.fail_mode) == ("Weapons", FailMode.CLOSED)
    assert feed(session, "mechanism", 1)[0].action == "mechanism.registered"


def test_a_mechanism_may_bring_its_own_key_and_the_next_one_goes_on_from_there(session, house):
    first = register_mechanism(session, None, "rule", {"name": "Rule"}, number=41)
    second = register_mechanism(session, None, "rule", {"name": "Rule 2"})
    assert (first.key, second.key) == ("MEC-41", "MEC-42")
    assert first.owner_id is None


@pytest.mark.parametrize("person", ["alice", "victor"])
def test_partners_and_viewers_register_nothing(session, house, person):
    with pytest.raises(Forbidden):
        register_mechanism(session, getattr(house, person), "rule", {"name": "Rule"})


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("robot", {"name": "x"}, "kind"),
        ("rule", {"name": "  "}, "name"),
        ("rule", {"name": "x" * 201}, "name"),
        ("rule", {"name": "a\x00b"}, "name"),
        ("rule", {"name": "x", "rollout_ratio": 1.4}, "rollout_ratio"),
        ("rule", {"name": "x", "rollout_ratio": float("nan")}, "rollout_ratio"),
        ("rule", {"name": "x", "rollout_ratio": "1"}, "rollout_ratio"),
        ("rule", {"name": "x", "max_daily_actions": -1}, "max_daily_actions"),
        ("rule", {"name": "x", "max_daily_actions": 2**31}, "max_daily_actions"),
        ("rule", {"name": "x", "quota_per_minute": 0}, "quota_per_minute"),
        ("rule", {"name": "x", "fail_mode": "ajar"}, "fail_mode"),
        ("rule", {"name": "x", "unit_price_micros": 200}, "currency"),
        ("rule", {"name": "x", "currency": "EUROS"}, "currency"),
        ("rule", {"name": "x", "owner_id": 12345}, "owner_id"),
        ("rule", {"name": "x", "routes_to_id": 12345}, "routes_to_id"),
        ("rule", {"name": "x", "receives_all": True}, "receives_all"),
        ("rule", {"name": "x", "colour": "red"}, "colour"),
        ("review_queue", {"name": "x", "kill_switch_minutes": 5}, "kill_switch_minutes"),
        ("review_queue", {"name": "x", "site_id": 12345}, "site_id"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_stores_nothing(session, house, kind, values, field):
    with pytest.raises(Invalid) as refused:
        register_mechanism(session, house.charlie, kind, values)
    assert list(refused.value.fields) == [field]
    session.rollback()


def test_markup_and_right_to_left_text_are_kept_as_typed(session, house):
    name = "<script>alert(1)</script> שלום =1+1 Zälgo\u0301"
    found = register_mechanism(session, house.charlie, "rule", {"name": name})
    session.commit()
    assert get_mechanism(session, house.victor, found.key).name == name


def test_an_owner_their_team_and_a_program_manager_may_edit_and_nobody_else(session, house):
    found = house.classifier(session)
    for person in (house.charlie, house.bob):
        assert get_mechanism(session, person, found.key, "edit") is found
    other = actor(house.cast.dora)
    for stranger in (house.victor, house.alice, other):
        with pytest.raises(Forbidden):
            get_mechanism(session, stranger, found.key, "edit")
    colleague = actor(house.cast.charlie, house.cast.ops)
    given = register_mechanism(
        session, None, "rule", {"name": "Team rule", "team_id": house.cast.ops.id}
    )
    assert get_mechanism(session, colleague, given.key, "edit") is given
    give_mechanism(session, None, found, house.bob.id)
    with pytest.raises(Forbidden):
        get_mechanism(session, house.charlie, found.key, "edit")
    with pytest.raises(NotFound):
        get_mechanism(session, house.bob, "MEC-999")
    with pytest.raises(NotFound):
        get_mechanism(session, house.bob, "REQ-1")


def test_edits_of_different_fields_both_succeed_and_the_same_field_conflicts(session, house):
    found = house.classifier(session)
    shown = read_shown(as_shown({"name": found.name, "vendor": "", "rollout_ratio": 1.0}))
    edit_mechanism(
        session, house.bob, found, {"name": "Guns", "vendor": "", "rollout_ratio": 1.0}, shown
    )
    mine = {"name": "Weapons classifier", "vendor": "Acme", "rollout_ratio": 1.0}
    edit_mechanism(session, house.charlie, found, mine, shown)
    session.commit()
    assert (found.name, found.vendor) == ("Guns", "Acme")
    with pytest.raises(Conflict) as met:
        edit_mechanism(session, house.charlie, found, {"name": "Arms"}, shown)
    assert met.value.fields == {"name": ("Arms", "Guns")}


def test_an_edit_that_changes_nothing_leaves_no_trace_and_tells_nobody(session, house):
    found = house.classifier(session)
    heard = []
    subscribe(MechanismChanged, lambda _s, event: heard.append(event.mechanism_id))
    before = len(feed(session, "mechanism", found.id))
    edit_mechanism(session, house.charlie, found, {"name": found.name})
    assert (len(feed(session, "mechanism", found.id)), heard) == (before, [])
    edit_mechanism(session, house.charlie, found, {"name": "Other"})
    assert heard == [found.id]


def test_a_stage_moves_with_a_reason_that_stands_in_the_history(session, house):
    found = house.classifier(session, stage=Stage.DRAFT)
    move_stage(session, house.charlie, found, "shadow", "Scores agree offline")
    session.commit()
    last = feed(session, "mechanism", found.id)[0]
    assert (last.action, last.why) == ("mechanism.stage_moved", "Scores agree offline")
    assert last.changes["stage"] == ("draft", "shadow")


@pytest.mark.parametrize(
    ("now", "to", "why", "field"),
    [
        (Stage.RETIRED, "enforce", "Back again", "stage"),
        (Stage.DRAFT, "paused", "Break", "stage"),
        (Stage.DRAFT, "flying", "Why not", "stage"),
        (Stage.DRAFT, "shadow", " ", "why"),
        (Stage.DRAFT, "shadow", "x" * 2001, "why"),
    ],
)
def test_an_impossible_move_or_one_without_a_reason_is_refused(session, house, now, to, why, field):
    found = house.classifier(session, stage=now)
    with pytest.raises(Invalid) as refused:
        move_stage(session, house.charlie, found, to, why)
    assert list(refused.value.fields) == [field]


def test_nothing_automated_runs_without_a_configuration(session, house):
    found = register_mechanism(session, house.charlie, MechanismKind.RULE, {"name": "Rule"})
    with pytest.raises(Invalid, match="configuration"):
        move_stage(session, house.charlie, found, "shadow", "Try it")


def test_any_change_is_a_new_configuration_and_one_runs_at_a_time(session, house):
    found = house.classifier(session)
    with pytest.raises(Invalid, match="already registered"):
        add_configuration(session, house.charlie, found, "v12", {"threshold": 0.9})
    newer = add_configuration(session, house.charlie, found, "v13", {"threshold": 0.9})
    assert not newer.is_current
    with pytest.raises(Invalid, match="Say why"):
        deploy_configuration(session, house.charlie, found, newer.id, "")
    deploy_configuration(session, house.charlie, found, newer.id, "Fewer wrong actions")
    session.commit()
    assert [(c.label, c.is_current) for c in configurations(session, found.id)] == [
        ("v13", True),
        ("v12", False),
    ]
    with pytest.raises(Invalid, match="runs already"):
        deploy_configuration(session, house.charlie, found, newer.id, "Again")
    with pytest.raises(NotFound):
        deploy_configuration(session, house.charlie, found, 12345, "Again")


def test_a_digest_is_the_same_for_any_order_and_differs_for_any_change():
    one = configuration_digest("v1", {"a": 1, "b": "x"})
    assert one == configuration_digest("v1", {"b": "x", "a": 1.0})
    assert one != configuration_digest("v1", {"a": 2, "b": "x"})
    assert one != configuration_digest("v2", {"a": 1, "b": "x"})


def test_parameters_are_read_line_by_line_and_the_bad_line_is_named():
    assert parse_parameters("threshold = 0.85\n\nprompt=Is it = a gun?\nn = 3\nx = nan") == {
        "threshold": 0.85,
        "prompt": "Is it = a gun?",
        "n": 3,
        "x": "nan",
    }
    with pytest.raises(Invalid, match="Line 2"):
        parse_parameters("a = 1\nnonsense")
    with pytest.raises(Invalid, match="already given"):
        parse_parameters("a = 1\na = 2")


def test_coverage_is_declared_once_with_wildcards_and_can_be_taken_back(session, house):
    found = house.classifier(session)
    anywhere = ScopePattern(None, None, "live", "weapons")
    assert add_coverage(session, house.charlie, found, [anywhere, anywhere]) == 1
    assert add_coverage(session, house.charlie, found, [anywhere]) == 0
    session.commit()
    again = get_mechanism(session, house.charlie, found.key)
    assert [scope_of(cell) for cell in again.coverage] == [anywhere]
    assert remove_coverage(session, house.charlie, again, [again.coverage[0].id]) == 1
    with pytest.raises(NotFound):
        remove_coverage(session, house.charlie, again, [1])


def test_coverage_of_a_code_nobody_knows_is_refused_at_its_part(session, house):
    found = house.classifier(session)
    with pytest.raises(Invalid) as refused:
        add_coverage(session, house.charlie, found, [ScopePattern("DE", "fr", None, None)])
    assert list(refused.value.fields) == ["language"]


def test_a_queue_is_staffed_by_its_owners_word_for_at_most_a_year(session, house):
    queue, model = house.queue(session), house.classifier(session)
    today = clock.today()
    attest_staffing(session, house.charlie, queue, today + timedelta(days=28))
    assert queue.staffed_until == today + timedelta(days=28)
    attest_staffing(session, house.charlie, queue, None, "They left")
    assert queue.staffed_until is None
    for day in (today - timedelta(days=1), today + timedelta(days=400)):
        with pytest.raises(Invalid):
            attest_staffing(session, house.charlie, queue, day)
    with pytest.raises(Invalid):
        attest_staffing(session, house.charlie, model, today)
    with pytest.raises(Forbidden):
        attest_staffing(session, house.alice, queue, today)


def test_a_kill_switch_rehearsal_has_happened_and_took_minutes(session, house):
    queue, model = house.queue(session), house.classifier(session)
    today = clock.today()
    rehearse_kill_switch(session, house.charlie, model, today, 7)
    assert (model.kill_switch_rehearsed_on, model.kill_switch_minutes) == (today, 7)
    for wrong, day, minutes in (
        (model, today + timedelta(days=1), 5),
        (model, today - timedelta(days=9), 5),
        (model, today, None),
        (model, today, -1),
        (queue, today, 5),
    ):
        with pytest.raises(Invalid):
            rehearse_kill_switch(session, house.charlie, wrong, day, minutes)
