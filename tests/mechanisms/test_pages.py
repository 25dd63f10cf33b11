"""Pages of mechanisms: what they say, who may change what, and what a refusal keeps."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from roadmap import clock
from roadmap.accounts.handover import pass_on
from roadmap.mechanisms.asked import Asked, _askers, register_asker
from roadmap.mechanisms.kinds import MechanismKind, Metric, Stage
from roadmap.mechanisms.measurements import record_measurements, void_measurement
from roadmap.mechanisms.models import Measurement, Mechanism
from roadmap.mechanisms.people import Certified, add_certification, add_site
from roadmap.mechanisms.queries import configurations
from roadmap.mechanisms.service import add_coverage, register_mechanism
from roadmap.taxonomy.scope import ScopePattern
from tests.mechanisms.conftest import row_of
from tests.worlds import kept

TODAY = clock.today()
DAY = timedelta(days=1)


@pytest.fixture
@kept
def model(session, house):
    """A classifier proven in de, not in es; a queue, a site and certified people beside it."""
    found = house.classifier(session)
    v12 = configurations(session, found.id)[0]
    add_coverage(session, None, found, [ScopePattern(None, "en", None, "weapons")])
    spanish = ScopePattern(None, "es", None, "weapons")
    rows = [row_of(found, v12), row_of(found, v12, scope=spanish, numerator=29, denominator=35)]
    record_measurements(session, None, rows, "labels.csv")
    queue = house.queue(session)
    site = add_site(session, None, "lisbon", {"name": "Lisbon"}, ["DE"])
    people = Certified(
        policy_version_id=house.version.id,
        language_code="de",
        heads=12,
        certified_on=TODAY - 9 * DAY,
        site_id=site.id,
    )
    add_certification(session, None, queue, people)
    session.commit()
    return found


@pytest.fixture
def asked():
    """LCH-9 asks every mechanism for precision 0.90 while the test runs."""

    def asker(_session, _actor, _mechanism_id):
        return [Asked(Metric.PRECISION, 0.9, by="LCH-9")]

    register_asker(asker)
    yield
    _askers.remove(asker)


PAGES = (
    "/mechanisms",
    "/mechanisms?kind=human&stage=enforce&owner=me&market=DE&health=unstaffed&q=x&sort=-key",
    "/mechanisms?kind=nonsense&stage=7&owner=99999999999999&health=sick&sort=colour",
    "/mechanisms/MEC-1",
    "/mechanisms/MEC-2",
    "/mechanisms/MEC-1/evidence",
    "/mechanisms/MEC-1/evidence?metric=precision&try=precision&target=80",
    "/mechanisms/MEC-1/evidence?metric=x&try=x&target=nan",
    "/mechanisms/MEC-1/configurations",
    "/mechanisms/MEC-1/coverage",
    "/mechanisms/MEC-2/people",
)
OWNER_PAGES = (
    "/mechanisms/new",
    *(f"/mechanisms/new?kind={kind}" for kind in MechanismKind),
    "/mechanisms/MEC-1/edit",
    "/mechanisms/MEC-2/edit",
    "/mechanisms/MEC-1/stage",
    "/mechanisms/MEC-1/evidence/new",
    "/mechanisms/MEC-1/evidence/paste",
    "/mechanisms/MEC-1/evidence/1/void",
    "/mechanisms/MEC-1/configurations/1/deploy",
    "/mechanisms/MEC-2/people/1",
)


def test_everybody_reads_and_only_owners_get_forms(model, cast, sign_in, statements):
    viewer, owner = sign_in(cast.victor), sign_in(cast.charlie)
    for address in PAGES:
        statements.statements.clear()
        assert (address, viewer.get(address).status_code) == (address, 200)
        # Panels of higher rooms bring statements of their own, capacity eight the first time.
        assert len(statements) <= (25 if address.count("/") == 2 else 15), address
    for address in OWNER_PAGES:
        assert (address, viewer.get(address).status_code) == (address, 403)
        assert (address, owner.get(address).status_code) == (address, 200)
    for address in ("/mechanisms/sites", "/mechanisms/sites/lisbon"):
        assert owner.get(address).status_code == 403
        assert sign_in(cast.bob).get(address).status_code == 200


def test_a_mechanism_owner_who_does_not_own_this_one_is_refused(model, cast, sign_in, session):
    found = session.get(Mechanism, model.id)
    session.rollback()
    with session.begin():
        from roadmap.mechanisms.service import give_mechanism

        give_mechanism(session, None, found, cast.bob.id)
    other = sign_in(cast.charlie)
    for address in ("edit", "stage", "evidence/new", "evidence/paste"):
        assert other.get(f"/mechanisms/MEC-1/{address}").status_code == 403
    for address in ("staffed", "rehearsal", "coverage", "configurations"):
        assert other.post(f"/mechanisms/MEC-1/{address}", data={}).status_code == 403


@pytest.mark.parametrize("key", ["MEC-99", "REQ-1", "nonsense", "MEC-99999999999"])
def test_what_is_not_there_is_not_found(model, cast, sign_in, key):
    assert sign_in(cast.bob).get(f"/mechanisms/{key}").status_code == 404


def test_the_first_second_says_what_is_proven_where_and_what_is_owed(model, cast, sign_in, asked):
    page = " ".join(sign_in(cast.victor).get("/mechanisms/MEC-1").text.split())
    assert "Precision ≥ 90 %" in page
    assert "proven in German, Weapons" in page
    assert "29/35; more labels cannot prove it" in page
    assert "never measured in English, Weapons" in page
    assert "Misses a target" in page
    assert "rehearse the kill switch" in page
    assert "LCH-9" in page


def test_pages_take_the_same_statements_for_one_mechanism_and_for_sixty(
    model, cast, sign_in, house, session, statements
):
    client = sign_in(cast.bob)

    def spent(address):
        statements.statements.clear()
        assert client.get(address).status_code == 200
        return len(statements)

    # The first page of a process also reads what it then keeps.
    spent("/mechanisms")
    before = spent("/mechanisms"), spent("/mechanisms/MEC-1")
    for number in range(60):
        found = house.classifier(session, name=f"Model {number:03}")
        add_coverage(session, None, found, [ScopePattern("DE", None, None, None)])
    session.commit()
    assert (spent("/mechanisms"), spent("/mechanisms/MEC-1")) == before
    page = client.get("/mechanisms?sort=name").text
    assert 'rel="next"' in page


def test_the_registry_counts_and_filters_by_health(model, cast, sign_in, session):
    client = sign_in(cast.bob)
    assert "German live review" in client.get("/mechanisms?health=unstaffed").text
    assert "Weapons classifier" not in client.get("/mechanisms?health=unstaffed").text
    assert "Weapons classifier" in client.get("/mechanisms?health=rehearsal").text
    assert "Weapons classifier" not in client.get("/mechanisms?health=stale").text
    held = session.scalars(select(Measurement)).all()
    for row in held:
        void_measurement(session, None, session.get(Mechanism, model.id), row.id, "Wrong")
    session.commit()
    assert "Weapons classifier" in client.get("/mechanisms?health=stale").text
    assert "Nothing fits" in client.get("/mechanisms?q=zzz").text


def test_an_empty_registry_says_what_to_do(cast, sign_in):
    assert "Register the first" in sign_in(cast.charlie).get("/mechanisms").text
    assert "Ask one of them" in sign_in(cast.victor).get("/mechanisms").text


FORM = {"name": "Guns", "rollout_ratio": "100", "owner_id": ""}


def test_leaving_every_list_empty_does_not_declare_everything(model, cast, sign_in):
    owner = sign_in(cast.charlie)
    before = owner.get("/mechanisms/MEC-1/coverage").text.count('name="cell"')
    refused = owner.post("/mechanisms/MEC-1/coverage", data={})
    assert refused.status_code == 422
    assert "tick that it serves everything" in refused.text
    both = {"market": ["DE"], "everything": "y"}
    assert owner.post("/mechanisms/MEC-1/coverage", data=both).status_code == 422
    assert owner.post("/mechanisms/MEC-1/coverage", data={"everything": "y"}).status_code == 303
    after = owner.get("/mechanisms/MEC-1/coverage").text.count('name="cell"')
    assert after == before + 1


def test_an_owner_registers_configures_declares_and_switches(house, session, cast, sign_in):
    session.commit()
    client = sign_in(cast.charlie)
    owned = {**FORM, "owner_id": str(cast.charlie.id)}
    price = {**owned, "unit_price_micros": "0.0002", "currency": "eur", "rollout_ratio": "50.5"}
    made = client.post("/mechanisms/new?kind=classifier", data=price)
    assert made.status_code == 303
    home = made.headers["Location"]
    steps = [
        ("/configurations", {"label": "v1", "parameters": "threshold = 0.8"}),
        ("/coverage", {"market": ["DE", "FR"], "policy_area": ["weapons"]}),
        ("/stage", {"stage": "shadow", "why": "Offline agrees"}),
        ("/rehearsal", {"on": TODAY.isoformat(), "minutes": "4"}),
        ("/configurations", {"label": "v2", "parameters": ""}),
        ("/configurations/2/deploy", {"why": "Better"}),
        ("/coverage/remove", {"cell": ["1"]}),
    ]
    for address, data in steps:
        assert (address, client.post(home + address, data=data).status_code) == (address, 303)
    found = session.scalars(select(Mechanism)).one()
    assert (found.unit_price_micros, found.currency, found.rollout_ratio) == (200, "EUR", 0.505)
    assert (found.stage, found.kill_switch_minutes) == (Stage.SHADOW, 4)
    page = client.get(home).text
    assert "Offline agrees" in page
    assert "switched its stage" in page
    # Names, not codes or numbers.
    assert "Coverage: <ins>France, Weapons</ins>" in page
    assert "v2 runs: <del>no</del> <ins>yes</ins>" in page
    edit = client.get(f"{home}/edit").text
    assert 'value="0.0002"' in edit
    assert 'value="50.5"' in edit


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 201}, "longer than"),
        ({"name": "a\x00b"}, "U+0000"),
        ({"rollout_ratio": "140"}, "from 0 to 100"),
        ({"rollout_ratio": "NaN"}, "Use a number"),
        ({"rollout_ratio": "ten"}, "Use a number"),
        ({"max_daily_actions": "-5"}, "from 0 to"),
        ({"max_daily_actions": "9999999999"}, "from 0 to"),
        ({"max_daily_actions": "1.5"}, "whole number"),
        ({"unit_price_micros": "0.1"}, "needs its currency"),
        ({"currency": "ZZZ"}, "currency code"),
        ({"owner_id": "99999"}, "Not a valid choice"),
    ],
)
def test_bad_input_is_a_422_that_keeps_what_was_typed(house, session, cast, sign_in, change, words):
    session.commit()
    data = {**FORM, "vendor": "=1+1 <b>שלום</b>", **change}
    answer = sign_in(cast.charlie).post("/mechanisms/new?kind=rule", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "=1+1 &lt;b&gt;שלום&lt;/b&gt;" in answer.text
    assert session.scalar(select(func.count()).select_from(Mechanism)) == 0


def test_two_people_editing_one_field_see_both_values(model, cast, sign_in):
    owner, manager = sign_in(cast.charlie), sign_in(cast.bob)
    shown = '{"name": "Weapons classifier", "vendor": ""}'
    first = {**FORM, "name": "Arms", "owner_id": str(cast.charlie.id), "shown": shown}
    assert manager.post("/mechanisms/MEC-1/edit", data=first).status_code == 303
    mine = {**first, "name": "Guns", "vendor": "Acme"}
    met = owner.post("/mechanisms/MEC-1/edit", data=mine)
    assert met.status_code == 422
    assert "“Arms”" in met.text
    assert 'value="Guns"' in met.text
    other = {**first, "name": "Weapons classifier", "vendor": "Acme"}
    assert owner.post("/mechanisms/MEC-1/edit", data=other).status_code == 303
    page = owner.get("/mechanisms/MEC-1").text
    assert "Arms" in page
    assert "Acme" in page


MEASURE = {
    "metric": "precision",
    "configuration": "1",
    "numerator": "90",
    "denominator": "100",
    "window_start": (TODAY - 20 * DAY).isoformat(),
    "window_end": (TODAY - 2 * DAY).isoformat(),
    "sampling": "random",
    "label_source": "human",
    "language": "de",
}


def test_an_owner_adds_voids_and_pastes_evidence(model, cast, sign_in, session):
    owner = sign_in(cast.charlie)
    assert owner.post("/mechanisms/MEC-1/evidence/new", data=MEASURE).status_code == 303
    assert "90/100" in owner.get("/mechanisms/MEC-1/evidence").text
    newest = session.scalar(select(func.max(Measurement.id)))
    session.rollback()
    address = f"/mechanisms/MEC-1/evidence/{newest}/void"
    assert owner.post(address, data={"why": ""}).status_code == 422
    assert owner.post(address, data={"why": "Wrong labels"}).status_code == 303
    assert "Wrong labels" in owner.get("/mechanisms/MEC-1/evidence").text
    assert owner.get("/mechanisms/MEC-2/evidence/1/void").status_code == 404
    block = (
        "metric\tlanguage\tnumerator\tdenominator\twindow_start\twindow_end\tsampling\t"
        "label_source\nrecall\tde\t9\t10\t2026-01-01\t2026-01-31\trandom\thuman\n"
    )
    pasted = {"rows": block, "source": "sheet"}
    assert owner.post("/mechanisms/MEC-1/evidence/paste", data=pasted).status_code == 303
    again = owner.post("/mechanisms/MEC-1/evidence/paste", data=pasted, follow_redirects=True)
    assert "1 was known" in again.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"window_end": (TODAY + DAY).isoformat()}, "has not happened yet"),
        ({"window_end": "2026-02-30"}, "Use a day that exists"),
        ({"metric": "recall", "sampling": "flagged_only"}, "Recall cannot be measured"),
        ({"numerator": "101"}, "larger than the denominator"),
        ({"numerator": "many"}, "whole number"),
        ({"numerator": "99999999999", "denominator": "99999999999"}, "whole number below"),
        ({"sampling": "stratified"}, "needs its strata"),
        ({"strata": "1/2/3"}, "Write each stratum"),
        ({"metric": "qa_accuracy"}, "guideline version"),
        ({"metric": "charm"}, "Not a valid choice"),
    ],
)
def test_bad_evidence_is_a_422_with_its_reason_and_nothing_is_stored(
    model, cast, sign_in, session, change, words
):
    before = session.scalar(select(func.count()).select_from(Measurement))
    session.rollback()
    answer = sign_in(cast.charlie).post(
        "/mechanisms/MEC-1/evidence/new", data={**MEASURE, **change}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalar(select(func.count()).select_from(Measurement)) == before


def test_a_bad_block_lists_every_problem_and_keeps_the_block(model, cast, sign_in):
    block = "metric,numerator\nprecision,<b>5"
    answer = sign_in(cast.charlie).post("/mechanisms/MEC-1/evidence/paste", data={"rows": block})
    assert answer.status_code == 422
    assert "Nothing was recorded" in answer.text
    assert "This column is missing" in answer.text
    assert "precision,&lt;b&gt;5" in answer.text


def test_a_queue_is_attested_with_one_click_and_taken_back(model, cast, sign_in, session):
    owner = sign_in(cast.charlie)
    assert owner.post("/mechanisms/MEC-2/staffed").status_code == 303
    assert session.get(Mechanism, 2).staffed_until == TODAY + 28 * DAY
    session.rollback()
    bad = owner.post("/mechanisms/MEC-2/staffed", data={"until": "2026-02-30"})
    assert bad.status_code == 303
    assert "Use a day that exists" in owner.get("/mechanisms/MEC-2").text
    assert owner.post("/mechanisms/MEC-2/unstaffed").status_code == 303
    session.expire_all()
    assert session.get(Mechanism, 2).staffed_until is None


def test_certified_people_and_sites_are_kept(model, cast, sign_in, house):
    owner, manager = sign_in(cast.charlie), sign_in(cast.bob)
    line = {
        "policy_version_id": str(house.version.id),
        "language_code": "es",
        "heads": "4",
        "certified_on": TODAY.isoformat(),
    }
    assert owner.post("/mechanisms/MEC-2/people", data=line).status_code == 303
    twin = owner.post("/mechanisms/MEC-2/people", data=line)
    assert twin.status_code == 422
    assert "listed already" in twin.text
    late = {**line, "language_code": "en", "certified_on": (TODAY + DAY).isoformat()}
    assert owner.post("/mechanisms/MEC-2/people", data=late).status_code == 422
    assert owner.post("/mechanisms/MEC-2/people", data={**line, "heads": "-1"}).status_code == 422
    more = {**line, "heads": "9"}
    assert owner.post("/mechanisms/MEC-2/people/2", data=more).status_code == 303
    assert owner.post("/mechanisms/MEC-2/people/2/remove").status_code == 303
    assert owner.get("/mechanisms/MEC-2/people/2").status_code == 404
    site = {"code": "porto", "name": "Porto", "markets": ["DE", "ES"], "contract_hours": "37.5"}
    assert manager.post("/mechanisms/sites", data=site).status_code == 303
    assert "Germany, Spain" in manager.get("/mechanisms/sites").text
    fewer = {"name": "Porto", "markets": ["ES"]}
    assert manager.post("/mechanisms/sites/porto", data=fewer).status_code == 303
    assert manager.post("/mechanisms/sites/porto/delete").status_code == 303
    stays = manager.post("/mechanisms/sites/lisbon/delete", follow_redirects=True)
    assert "so it stays" in stays.text
    assert manager.post("/mechanisms/sites", data={**site, "code": "P O"}).status_code == 422


def test_a_leavers_mechanisms_pass_on(model, session, cast, house):
    passed = pass_on(session, cast.erin.id, cast.charlie.id, cast.bob.id)
    session.commit()
    assert ("Mechanisms", 2) in [(held.label, held.count) for held in passed]
    assert {m.owner_id for m in session.scalars(select(Mechanism))} == {cast.bob.id}


def test_a_retired_mechanism_has_no_stage_to_switch_to(house, session, cast, sign_in):
    register_mechanism(session, house.charlie, "rule", {"name": "Old"}, stage=Stage.RETIRED)
    session.commit()
    client = sign_in(cast.charlie)
    assert client.get("/mechanisms/MEC-1/stage").status_code == 404
    assert client.get("/mechanisms/MEC-1").status_code == 200
