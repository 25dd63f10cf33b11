"""Human keys such as REQ-123: the number is the record's primary key, given by a counter row."""

import re
from typing import Any

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from roadmap.db import Base
from roadmap.errors import NotFound

_KEY = re.compile(r"\s*([A-Za-z]{2,5})-([0-9]{1,9})\s*")


class Counter(Base):
    """The next free number of one kind of key."""

    __tablename__ = "counter"

    prefix: Mapped[str] = mapped_column(String(8), primary_key=True)
    next: Mapped[int]


def next_number(session: Session, prefix: str) -> int:
    """Take the next number; the counter row is locked until the transaction ends."""
    return next_numbers(session, prefix, 1)[0]


def next_numbers(session: Session, prefix: str, count: int) -> range:
    """Take the next ``count`` numbers, as ``next_number`` takes one."""
    after = session.execute(
        update(Counter)
        .where(Counter.prefix == prefix)
        .values(next=Counter.next + count)
        .returning(Counter.next)
    ).scalar()
    if after is None:
        after = count + 1
        session.add(Counter(prefix=prefix, next=after))
        session.flush()
    return range(int(after) - count, int(after))


def reserve(session: Session, prefix: str, number: int) -> None:
    """Make sure the counter never gives this number again; for records that bring their own key."""
    counter = session.scalar(select(Counter).where(Counter.prefix == prefix).with_for_update())
    if counter is None:
        session.add(Counter(prefix=prefix, next=number + 1))
    elif counter.next <= number:
        counter.next = number + 1
    session.flush()


def parse_key(key: str, prefix: str) -> int:
    """Return the number in a key such as ``REQ-12``; anything else is not found."""
    match = _KEY.fullmatch(key)
    if match is None or match[1].upper() != prefix:
        raise NotFound(f"{key!r} is not a key of the form {prefix}-12.")
    return int(match[2])


class Keyed:
    """Marks a record with a human key."""

    key_prefix: str
    id: Any

    @property
    def key(self) -> str:
        """Return the human key."""
        return f"{self.key_prefix}-{self.id}"
