"""A chain over rows is the same, however quickly it is taken."""

from datetime import UTC, date, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

from hypothesis import given
from hypothesis import strategies as st

from roadmap.history.digest import RowChain, salted


class Fruit(StrEnum):
    APPLE = "apple"
    PEAR = "pear"


MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]))
# Few, so that equal values of other types meet in one column.
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from([0.0, 1.0, 1.5, Decimal("1.0"), Decimal("1.00")]),
    st.sampled_from(Fruit),
    st.sampled_from(["apple", "", 'a "b"\n\\', "Schön \u2028"]),
    st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    MOMENTS,
    st.lists(st.dictionaries(st.text(max_size=2), st.integers(), max_size=2), max_size=2),
)
NAMES = ["id", "kind", 'a"b', "strata", "Zed"]


@given(st.lists(st.lists(VALUES, min_size=5, max_size=5), max_size=6))
def test_each_row_feeds_the_next_as_its_values_one_by_one_would(rows):
    chain = RowChain(NAMES, {"strata": None})
    digest = ""
    for row in rows:
        values = dict(zip(NAMES, row, strict=True))
        if values["strata"] is None:
            del values["strata"]
        digest = salted(digest, values)
        chain.add(row)
    assert (chain.count, chain.digest) == (len(rows), digest)
