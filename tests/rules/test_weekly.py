"""The weekly report in plain words: what it tells, in what order, and how much of it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from roadmap.notifications.rules import latest_report, report_due, report_moment
from roadmap.overview.weekly import (
    Bounds,
    Detail,
    Ending,
    Report,
    Row,
    pick,
    read_week,
    week_name,
    write,
)
from roadmap.readiness.outlook import Outlook
from roadmap.readiness.verdict import Word

WEEK = date(2026, 11, 23)
UNTIL = datetime(2026, 11, 23, 8, tzinfo=UTC)
FULL = "German LIVE review is 119.6 % full in week 49."
CALM, RISK, LATE, NO_DATE = Outlook.ON_TRACK, Outlook.AT_RISK, Outlook.LATE, Outlook.NO_DATE


def row(number: int, was: Word | None, now: Word | None, outlook: Outlook = RISK, **more) -> Row:
    return Row(number, f"Launch {number}", was, now, outlook, **more)


def report(*rows: Row, details=None, endings=(), bounds=None, root="", live=False) -> Report:
    return write(
        pick(rows),
        details or {},
        endings,
        week=WEEK,
        since=UNTIL - timedelta(days=7),
        until=UNTIL,
        bounds=bounds,
        root=root,
        live=live,
    )


def quiet(count: int) -> list[Row]:
    return [row(100 + n, Word.READY, Word.READY, CALM) for n in range(count)]


def test_a_week_reads_as_the_specification_has_it() -> None:
    wednesday = date(2026, 11, 25)
    fix = "6 more reviewers, or start at 56 %."
    said = report(
        row(12, Word.READY, Word.NOT_READY),
        row(11, Word.NOT_READY, Word.CONDITIONAL, CALM),
        row(4, Word.NOT_READY, Word.NOT_READY),
        *quiet(13),
        details={
            12: Detail(reason=FULL, fix=fix, due=wednesday, owner="Queue lead"),
            11: Detail(waivers=1),
            4: Detail(reason="540 wrongful seller actions a week, no appeals queue."),
        },
        endings=[Ending(11, date(2026, 11, 27))],
    )
    assert said.lines == [
        "Week 48: 2 of 16 launches changed.",
        f"LCH-12 Launch 12 fell to NOT READY: {FULL}",
        "LCH-11 Launch 11 rose to GO with 1 waiver.",
        f"Decide by Wed 25 Nov: LCH-12 Launch 12: {fix} Owner: Queue lead.",
        "Waivers expiring: 1 (LCH-11 on Fri 27 Nov).",
        "LCH-4 Launch 4: 540 wrongful seller actions a week, no appeals queue.",
    ]
    assert said.launches == {4, 11, 12}


def test_nothing_changed_is_said_of_many_and_of_one() -> None:
    assert report(*quiet(16)).lines == ["Week 48: none of 16 launches changed."]
    assert report(*quiet(1)).lines == ["Week 48: the one launch did not change."]
    first = report(row(1, None, Word.READY, CALM), row(2, None, Word.READY, CALM))
    assert first.lines[0] == "Week 48: 2 launches, all new."
    assert report(*quiet(1), live=True).lines == [
        "Since Mon 16 Nov: the one launch did not change."
    ]


def test_one_launch_that_changed() -> None:
    said = report(row(1, Word.READY, Word.HOLD, answered=3, needed=8))
    assert said.lines[:2] == [
        "Week 48: 1 of 1 launch changed.",
        "LCH-1 Launch 1 fell to HOLD with 3 of 8 answers.",
    ]


def test_many_changes_are_bounded_and_the_worst_and_nearest_stand_first() -> None:
    near = {n: date(2026, 12, 1) + timedelta(days=n) for n in range(1, 31)}
    rows = [row(n, Word.READY, Word.NOT_READY, starts_on=day) for n, day in near.items()]
    late = row(40, Word.READY, Word.NOT_READY, LATE, starts_on=date(2027, 5, 1))
    details = {
        r.id: Detail(reason="Because.", fix="Do it.", due=date(2026, 11, 20)) for r in [*rows, late]
    }
    said = report(*rows, late, details=details, bounds=Bounds(changed=4, named=2))
    assert said.lines == [
        "Week 48: 31 of 31 launches changed.",
        *(f"LCH-{n} Launch {n} fell to NOT READY: Because." for n in (40, 1, 2, 3)),
        "Worse: And 27 more.",
        *(f"Overdue since Fri 20 Nov: LCH-{n} Launch {n}: Do it." for n in (40, 1)),
        "To decide: And 29 more.",
        *(f"LCH-{n} Launch {n}: Because." for n in (4, 5)),
        "Still in the way: And 25 more.",
    ]


def test_what_has_no_date_or_cannot_be_judged_yet_says_so() -> None:
    said = report(
        row(1, None, Word.NOT_ASSESSED, NO_DATE, answered=0, needed=11),
        row(2, Word.HOLD, Word.NOT_ASSESSED, answered=5, needed=11),
        row(3, Word.READY, None),
        row(4, Word.HOLD, Word.HOLD, ended="closed"),
        row(5, Word.HOLD, None, ended="cancelled"),
    )
    unknown = "1 has no verdict at the moment: it is being computed."
    assert said.lines == [
        f"Week 48: 1 of 3 launches changed. 1 is new. 2 ended. {unknown}",
        "LCH-2 Launch 2 rose to NOT ASSESSED with 5 of 11 answers.",
        "LCH-1 Launch 1 is new, NOT ASSESSED with 0 of 11 answers, no date yet.",
        "LCH-4 Launch 4 was closed.",
        "LCH-5 Launch 5 was cancelled.",
    ]


def test_what_is_due_later_than_a_week_is_not_yet_to_decide() -> None:
    at = UNTIL.date() + timedelta(days=8)
    said = report(
        row(1, Word.HOLD, Word.HOLD), details={1: Detail(reason="Why.", fix="Do it.", due=at)}
    )
    assert said.lines[1:] == ["LCH-1 Launch 1: Why."]


def test_a_title_is_a_link_for_pages_and_mail_and_never_markup() -> None:
    bad = Row(1, "<b>%(x)s", Word.READY, Word.NOT_READY, RISK)
    line = report(bad, root="https://roadmap.example.org").parts[0].lines[0]
    assert str(line.html) == (
        '<a href="https://roadmap.example.org/launches/LCH-1">LCH-1 &lt;b&gt;%(x)s</a>'
        " fell to NOT READY."
    )


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-W54", "2026-W00", "0001-W01", "1999-W20", "2026-W48x"]
)
def test_no_week_is_read_from_an_address_that_names_none(text) -> None:
    assert read_week(text) is None


def test_a_week_and_its_name_are_each_others_inverse() -> None:
    for monday in (WEEK, date(2020, 12, 28), date(2027, 1, 4)):
        assert read_week(week_name(monday)) == monday


# ---- when ----

DUBLIN, AUCKLAND = ZoneInfo("Europe/Dublin"), ZoneInfo("Pacific/Auckland")


def test_a_report_is_due_from_its_hour_on_its_day_for_two_days() -> None:
    at = report_moment(WEEK, "monday", DUBLIN, 8)
    assert at == UNTIL
    second, due = timedelta(seconds=1), ("monday", DUBLIN, 8)
    assert report_due(at - second, *due) is None
    assert report_due(at, *due) == WEEK
    assert report_due(at + timedelta(days=2) - second, *due) == WEEK
    assert report_due(at + timedelta(days=2), *due) is None


def test_the_newest_report_is_that_of_the_persons_day() -> None:
    sunday = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert latest_report(sunday, "monday", AUCKLAND, 8) == WEEK
    assert latest_report(sunday, "monday", DUBLIN, 8) == WEEK - timedelta(days=7)
    assert latest_report(sunday, "sunday", DUBLIN, 8) == WEEK - timedelta(days=7)
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert latest_report(friday, "friday", DUBLIN, 8) == WEEK
    assert latest_report(friday, "saturday", DUBLIN, 8) == WEEK - timedelta(days=7)
