"""A page left open shows the verdict of now after a change, without being asked."""

import pytest
from playwright.sync_api import expect

from roadmap.launches.models import Launch
from roadmap.readiness.checklists import Answered, answer_many, items_of
from tests.cast import actor
from tests.e2e.conftest import Running
from tests.e2e.test_walk import OpenPage
from tests.readiness.test_stories import judge

pytestmark = pytest.mark.browser


def answer(running: Running, word: str) -> None:
    with running.app.extensions["roadmap_db"].writing() as session:
        bob = actor(running.cast.bob, running.cast.program)
        item = items_of(session, 13)[0]
        given = Answered(answer=word, evidence="Looked again.")
        answer_many(session, bob, session.get_one(Launch, 13), [item.id], given)


def test_open_pages_show_the_verdict_of_now_without_being_asked(
    running: Running, open_page: OpenPage
) -> None:
    with running.app.extensions["roadmap_db"].writing() as session:
        judge(session, 13)
    room, board = open_page(running.cast.victor), open_page(running.cast.bob)
    room.goto("/launches/LCH-13")
    board.goto("/launches")
    expect(room.locator(".v-word")).to_have_text("READY")
    answer(running, "no")
    # A page asks every second; how soon it then shows what it heard is the machine's.
    expect(room.locator(".v-word")).to_have_text("NOT READY")
    expect(board.locator("table")).to_contain_text("NOT READY")
