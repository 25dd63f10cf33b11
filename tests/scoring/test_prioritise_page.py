"""The scoring table: edited in place, refused by the field, in a fixed number of statements."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from roadmap.db import Database
from roadmap.scoring.service import enter_scores
from tests.cast import Cast, actor
from tests.conftest import StatementCount
from tests.scoring.test_scores import RICE, accepted
from tests.worlds import kept

Browser = Callable[[Any], FlaskClient]


@pytest.fixture
@kept
def backlog(database: Database, cast: Cast) -> None:
    """Three accepted requirements, two of them scored."""
    with database.writing() as session:
        accepted(session, 1, "Spanish threshold by policy area")
        accepted(session, 2, "Weapons classifier for French LIVE")
        accepted(session, 3, "<b>Reviewer wellbeing blur</b>")
        two = {"REQ-1": RICE, "REQ-2": RICE | {"reach": 100}}
        enter_scores(session, actor(cast.bob), "rice", two)


@pytest.mark.usefixtures("backlog")
def test_the_table_shows_the_order_its_inputs_and_the_unscored_apart(
    sign_in: Browser, cast: Cast
) -> None:
    html = sign_in(cast.bob).get("/prioritise").text
    assert html.index("Spanish threshold") < html.index("Weapons classifier")
    assert html.index("Unscored, apart") < html.index("&lt;b&gt;Reviewer wellbeing blur")
    assert 'name="REQ-1.reach" value="450"' in html


@pytest.mark.usefixtures("backlog")
def test_typing_over_a_number_ranks_again(sign_in: Browser, cast: Cast) -> None:
    bob = sign_in(cast.bob)
    answer = bob.post("/prioritise", data={"framework": "rice", "REQ-2.reach": "2,000"})
    assert answer.status_code == 303
    html = bob.get("/prioritise").text
    assert html.index("Weapons classifier") < html.index("Spanish threshold")


@pytest.mark.usefixtures("backlog")
@pytest.mark.parametrize("wrong", ["two", "-3", "1e400", "NaN", "=1+1", "0"])
def test_a_wrong_number_is_refused_beside_its_field_and_kept(
    sign_in: Browser, cast: Cast, wrong: str
) -> None:
    answer = sign_in(cast.bob).post(
        "/prioritise", data={"framework": "rice", "REQ-1.effort": wrong, "REQ-2.reach": "9"}
    )
    assert answer.status_code == 422
    assert f'name="REQ-1.effort" value="{wrong}"' in answer.text
    assert 'name="REQ-2.reach" value="9"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="100"' in sign_in(cast.bob).get("/prioritise").text


@pytest.mark.usefixtures("backlog")
def test_the_cut_line_is_drawn_before_what_does_not_fit(sign_in: Browser, cast: Cast) -> None:
    html = sign_in(cast.bob).get("/prioritise?weeks=3").text
    assert "Cut line: 2 of 3 weeks used" in html
    assert "<b>1 of 2</b> fit" in html
    assert "Weeks cannot be negative" in sign_in(cast.bob).get("/prioritise?weeks=-1").text


@pytest.mark.usefixtures("backlog")
def test_a_partner_reads_the_order_and_cannot_change_it(sign_in: Browser, cast: Cast) -> None:
    alice = sign_in(cast.alice)
    assert 'name="REQ-1.reach"' not in alice.get("/prioritise").text
    assert alice.post("/prioritise", data={"REQ-1.reach": "1"}).status_code == 403
    assert alice.get("/prioritise/framework").status_code == 403


@pytest.mark.usefixtures("backlog")
def test_two_frameworks_stand_side_by_side(sign_in: Browser, cast: Cast) -> None:
    html = sign_in(cast.bob).get("/prioritise/compare?first=rice&second=cd3").text
    assert "Changes of rank" in html
    assert "ranks nothing yet" in html


@pytest.mark.usefixtures("backlog")
def test_the_framework_is_chosen_with_a_reason(sign_in: Browser, cast: Cast) -> None:
    bob = sign_in(cast.bob)
    refused = bob.post("/prioritise/framework", data={"code": "cd3", "why": ""})
    assert refused.status_code == 422
    assert "Say why the order changes" in refused.text
    chosen = bob.post("/prioritise/framework", data={"code": "cd3", "why": "Dates matter."})
    assert chosen.status_code == 303
    assert "v1" in bob.get("/prioritise").text


def test_an_empty_backlog_says_what_to_do(sign_in: Browser, cast: Cast) -> None:
    assert "Nothing is ranked yet" in sign_in(cast.bob).get("/prioritise").text


@pytest.mark.usefixtures("backlog")
def test_an_unknown_framework_is_not_found(sign_in: Browser, cast: Cast) -> None:
    assert sign_in(cast.bob).get("/prioritise?framework=nope").status_code == 404


@pytest.mark.usefixtures("backlog")
def test_the_table_takes_a_fixed_number_of_statements(
    sign_in: Browser, cast: Cast, statements: StatementCount
) -> None:
    bob = sign_in(cast.bob)
    bob.get("/prioritise?weeks=3")
    few = len(statements)
    assert few <= 7
