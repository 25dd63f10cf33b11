"""Fields admins define: they are defined, they hold values, and they behave like built-in ones."""

import csv
import io
from datetime import date

import pytest

from roadmap.errors import Conflict, Invalid
from roadmap.history.seal import verify
from roadmap.lists import own_service
from roadmap.lists.kinds import Choice, FieldKind, Own
from roadmap.lists.language import QueryError, parse
from roadmap.lists.own_queries import own_fields as fields_of
from roadmap.lists.own_values import read_value, written
from roadmap.requirements import list_page, own_fields, queries
from roadmap.requirements.columns import chosen_columns
from tests.lists.conftest import Give
from tests.requirements.conftest import Make, People
from tests.worlds import kept

STAGE = Own(
    1,
    "stage",
    "Stage",
    FieldKind.CHOICE,
    choices=(Choice("idea", "Idea"), Choice("old", "Old way", active=False)),
)


def own(kind: str) -> Own:
    return Own(1, "x1", "X", FieldKind(kind))


def nobody(_email: str) -> None:
    return None


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "  two   words ", "two words"),
        ("text", "", None),
        ("number", "1,200.5", 1200.5),
        ("number", "-0", 0.0),
        ("date", "2027-02-28", date(2027, 2, 28)),
    ],
)
def test_a_text_is_read_as_its_kind(kind, typed, value) -> None:
    assert read_value(own(kind), typed, nobody) == value


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("text", "x" * 201, "at most 200 fit"),
        ("text", "nul \0 here", r"U\+0000"),
        ("number", "many", "Write a number"),
        ("number", "nan", "Write a number"),
        ("number", "1e400", "Write a number"),
        ("number", "9" * 16, "too large"),
        ("date", "2027-02-30", "a date that exists"),
        ("date", "0001-01-01", "between 1900 and 2999"),
        ("person", "ghost@example.org", "nobody's e-mail address"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(kind, typed, sentence) -> None:
    with pytest.raises(Invalid, match=sentence):
        read_value(own(kind), typed, nobody)


def test_a_retired_choice_stays_where_it_is_and_is_not_given_anew() -> None:
    assert read_value(STAGE, "Idea", nobody) == "idea"
    with pytest.raises(Invalid, match="none of its choices: Idea"):
        read_value(STAGE, "old", nobody)
    assert read_value(STAGE, "old", nobody, before="old") == "old"


def test_what_is_written_is_read_again() -> None:
    for kind, value in (("number", 0.1), ("number", -12.0), ("date", date(2027, 3, 1))):
        assert read_value(own(kind), written(own(kind), value, {}), nobody) == value


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("state", "built-in name"),
        ("market", "built-in name"),
        ("none", "built-in name"),
        ("Vendor name", "small letters"),
        ("1st", "small letters"),
        ("vendor", "already"),
    ],
)
def test_a_code_that_cannot_be_is_refused(database, people, fields, code, sentence) -> None:
    with database.writing() as session, pytest.raises(Invalid, match=sentence):
        own_service.add_field(session, None, "requirement", code, "text", label="X")


def test_only_admins_define_fields(cast, people, sign_in, fields) -> None:
    assert sign_in(cast.bob).get("/admin/fields").status_code == 403
    client = sign_in(cast.erin)
    page = client.get("/admin/fields")
    assert page.status_code == 200
    assert "Proof of concept" in page.text
    bad = client.post("/admin/fields", data={"label": "Team", "code": "team", "kind": "text"})
    assert bad.status_code == 422
    assert "built-in name" in bad.text
    good = client.post(
        "/admin/fields", data={"label": "Size", "code": "size", "kind": "choice", "choices": "S\nM"}
    )
    assert good.status_code == 303
    assert "vendor" in client.get("/requirements/fields").text


def test_a_choice_is_renamed_ordered_and_retired_on_its_page(
    database, cast, people, sign_in, fields, give: Give
) -> None:
    with database.writing() as session:
        for stage in ("idea", "rollout", "proof_of_concept"):
            give(session, people.alice, f"One in {stage}", stage=stage)
    client, number = sign_in(cast.erin), fields["stage"]
    shown = client.get(f"/admin/fields/{number}")
    assert "Rollout" in shown.text
    data = {
        "label": "Phase",
        "active": "y",
        "rows-0-code": "idea",
        "rows-0-place": "3",
        "rows-0-label": "An idea",
        "rows-0-active": "y",
        "rows-1-code": "rollout",
        "rows-1-place": "1",
        "rows-1-label": "Rollout",
        "rows-1-active": "y",
        "rows-2-code": "proof_of_concept",
        "rows-2-place": "2",
        "rows-2-label": "Proof of concept",
        "choices": "Paused",
    }
    assert client.post(f"/admin/fields/{number}", data=data).status_code == 303
    with database.reading() as session:
        (field,) = [one for one in fields_of(session, "requirement") if one.code == "stage"]
        assert [(one.code, one.label, one.active) for one in field.choices] == [
            ("rollout", "Rollout", True),
            ("proof_of_concept", "Proof of concept", False),
            ("idea", "An idea", True),
            ("paused", "Paused", True),
        ]
        known = list_page.vocabulary(session)
        page = list_page.page_of(session, people.alice, known, parse(""), "stage", [])
        assert [row.title for row in page.rows] == [
            "One in rollout",
            "One in proof_of_concept",
            "One in idea",
        ]
        assert not list(verify(session, "only for tests"))


@pytest.fixture
@kept
def three(database, people: People, fields, give: Give) -> None:
    with database.writing() as session:
        give(
            *(session, people.alice, "First one"),
            vendor="Ácme GmbH",
            cost="10",
            stage="rollout",
            review="2027-03-01",
            owner="alice@example.org",
        )
        give(session, people.alice, "Second one", vendor="Zeta", cost="200", stage="idea")
        give(session, people.alice, "Third one")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("vendor:acme", {1}),
        ('vendor:"acme gmbh"', {1}),
        ("vendor:none", {3}),
        ("-vendor:none", {1, 2}),
        ("vendor:zeta,ACME", {1, 2}),
        ("cost>10", {2}),
        ("cost>=10", {1, 2}),
        ("cost:none", {3}),
        ("-cost>10", {1, 3}),
        ("stage:rollout", {1}),
        ('stage:"proof of concept"', set()),
        ("stage:Idea,none", {2, 3}),
        ("review:2027-Q1", {1}),
        ("review<2027", set()),
        ("owner:alice@example.org", {1}),
        ("owner:me", {1}),
        ("owner:none", {2, 3}),
        ("owner:nobody@example.org", set()),
        ("VENDOR:acme cost:10", {1}),
        ("vendor:%", set()),
        ("vendor:_", set()),
    ],
)
def test_own_fields_filter_like_built_in_ones(database, people, three, typed, found) -> None:
    with database.reading() as session:
        known = list_page.vocabulary(session)
        page = list_page.page_of(session, people.alice, known, parse(typed), "key", [])
        assert {row.id for row in page.rows} == found


@pytest.mark.parametrize(
    ("typed", "place"),
    [("stage:idea,later", 11), ("cost>many", 5), ("review:soon", 7), ("vendor>a", 0)],
)
def test_an_error_points_at_the_word(database, people, three, typed, place) -> None:
    with database.reading() as session:
        known, query = list_page.vocabulary(session), parse(typed)
        with pytest.raises(QueryError) as refused:
            list_page.page_of(session, people.alice, known, query, "key", [])
    assert refused.value.position == place


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("vendor", [1, 2, 3]),
        ("-vendor", [2, 1, 3]),
        ("cost", [1, 2, 3]),
        ("-cost", [2, 1, 3]),
        ("stage", [2, 1, 3]),
        ("review", [1, 2, 3]),
        ("-owner", [1, 3, 2]),
    ],
)
def test_own_fields_sort_and_empty_ones_come_last(database, people, three, sort, order) -> None:
    with database.reading() as session:
        known = list_page.vocabulary(session)
        page = list_page.page_of(session, people.alice, known, parse(""), sort, [])
        assert [row.id for row in page.rows] == order
        keys = list_page.keys_of(session, people.alice, known, parse(""), sort, 10)
        assert keys == order


@pytest.mark.parametrize("sort", ["cost", "-cost", "vendor", "-review"])
def test_every_own_sort_walks_all_pages_both_ways(
    database, people, fields, make: Make, give: Give, sort
) -> None:
    with database.writing() as session:
        for number in range(130):
            if number % 3:
                own = {"cost": str(number % 7), "vendor": f"v{number % 5}"}
                give(session, people.alice, f"Number {number}", review="2027-01-01", **own)
            else:
                make(session, people.alice, f"Number {number}")
    with database.reading() as session:
        known, query = list_page.vocabulary(session), parse("")

        def page(after=None, before=None):
            marks = (after, before)
            return list_page.page_of(session, people.alice, known, query, sort, [], marks)

        pages = [page()]
        while pages[-1].after:
            pages.append(page(after=pages[-1].after))
        seen = [row.id for one in pages for row in one.rows]
        assert len(seen) == len(set(seen)) == 130
        back = [pages[-1]]
        while back[-1].before:
            back.append(page(before=back[-1].before))
        assert [[row.id for row in one.rows] for one in reversed(back)] == [
            [row.id for row in one.rows] for one in pages
        ]
        assert seen == list_page.keys_of(session, people.alice, known, query, sort, 1_000)


def test_two_people_set_different_own_fields_and_both_stay(
    database, people, three, give: Give
) -> None:
    before = {"own_vendor": "Zeta", "own_cost": 200.0}
    with database.writing() as session:
        one = queries.get_requirement(session, people.bob, 2, "edit", lock=True)
        own_fields.edit(session, people.bob, one, {"own_vendor": "Beta"}, before)
    with database.writing() as session:
        one = queries.get_requirement(session, people.alice, 2, "edit", lock=True)
        own_fields.edit(session, people.alice, one, {"own_cost": "300", "title": "New"}, before)
    with database.writing() as session:
        one = queries.get_requirement(session, people.alice, 2, "edit", lock=True)
        with pytest.raises(Conflict) as refused:
            own_fields.edit(session, people.alice, one, {"own_vendor": "Gamma"}, before)
        assert refused.value.fields == {"own_vendor": ("Gamma", "Beta")}
        held = own_fields.held_of(session, own_fields.fields_of(session), [2]).of(2)
        assert (held["vendor"], held["cost"]) == ("Beta", 300.0)
        assert not list(verify(session, "only for tests"))


def test_a_retired_field_leaves_the_list_and_comes_back_with_its_values(
    database, cast, people, sign_in, three, fields
) -> None:
    client = sign_in(cast.alice)
    assert "Zeta" in client.get("/requirements?cols=vendor,cost").text
    with database.writing() as session:
        own_service.edit_field(session, None, fields["vendor"], {"active": False})
    page = client.get("/requirements?cols=vendor,cost")
    assert page.status_code == 200
    assert "Zeta" not in page.text
    assert client.get("/requirements?q=vendor:zeta").status_code == 422
    with database.writing() as session:
        own_service.edit_field(session, None, fields["vendor"], {"active": True})
    assert "Zeta" in client.get("/requirements?cols=vendor,cost").text


def test_people_sort_by_the_name_they_have_now(database, cast, people, sign_in, fields, give):
    with database.writing() as session:
        give(session, people.alice, "Hers", owner="alice@example.org")
        give(session, people.alice, "His", owner="bob@example.org")
    data = {"name": "Zoe", "email": "alice@example.org", "roles": ["partner"], "active": "y"}
    answer = sign_in(cast.erin).post(f"/admin/people/{cast.alice.id}", data=data)
    assert answer.status_code == 303
    with database.reading() as session:
        known = list_page.vocabulary(session)
        page = list_page.page_of(session, people.alice, known, parse(""), "owner", [])
        assert [row.title for row in page.rows] == ["His", "Hers"]


def test_a_file_holds_exactly_the_view_and_no_formula(
    database, cast, people, sign_in, three, give: Give
) -> None:
    with database.writing() as session:
        give(session, people.alice, "=HYPERLINK(1)", vendor="+cmd|' /C calc'!A0", cost="-5")
    client = sign_in(cast.alice)
    address = "/requirements/export.csv?cols=vendor,cost,review,owner&sort=-cost&q=-cost:none"
    answer = client.get(address)
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["Key", "Title", "Vendor", "Cost", "Review", "Owner"]
    assert rows[1:] == [
        ["REQ-2", "Second one", "Zeta", "200", "", ""],
        ["REQ-1", "First one", "Ácme GmbH", "10", "2027-03-01", "Alice"],
        ["REQ-4", "'=HYPERLINK(1)", "'+cmd|' /C calc'!A0", "-5", "", ""],
    ]
    assert client.get(address + "&mark=1").text.startswith("\ufeffKey")
    assert client.get("/requirements/export.csv?q=state:nowhere").status_code == 422
    assert client.get("/requirements/export.pdf").status_code == 404


def test_the_workbook_holds_texts_as_texts(database, cast, people, sign_in, three) -> None:
    from zipfile import ZipFile

    client = sign_in(cast.alice)
    answer = client.get("/requirements/export.xlsx?cols=vendor,cost,updated")
    with ZipFile(io.BytesIO(answer.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "Ácme GmbH" in sheet
    assert "<v>200</v>" in sheet


def test_columns_that_are_gone_leave_the_others(database, people, fields) -> None:
    with database.reading() as session:
        found = chosen_columns(("state", "gone", "cost"), own_fields.fields_of(session))
    assert [column.code for column in found] == ["state", "cost"]
