"""Answers sent piece by piece: their rows are read while earlier ones are on the way."""

from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

from flask import Response, g
from sqlalchemy.orm import Session


class _Parts(Iterator[Any]):
    """The pieces of an answer, with the session they are read in.

    The pieces are made in a copy of the request's context, which never is the server's own: a
    reader that stops half way leaves nothing pushed there.
    """

    def __init__(self, parts: Iterator[str] | Iterator[bytes], session: Session | None) -> None:
        self._parts: Iterator[str | bytes] = parts
        self._session = session
        self._context = copy_context()

    def __next__(self) -> Any:
        return self._context.run(next, self._parts)

    def close(self) -> None:
        """End the reading and give the database connection back; servers call it in any case."""
        end: Any = getattr(self._parts, "close", None)
        try:
            if end is not None:
                self._context.run(end)
        finally:
            if self._session is not None:
                self._session.close()


def streamed(parts: Iterator[str] | Iterator[bytes], content_type: str) -> Response:
    """Return an answer of the parts, made one after the other while it is sent.

    The answer takes the request's database session over and closes it when it was sent, or when
    the client goes away. Call it last: nothing of the request may use that session afterwards.
    """
    return Response(_Parts(parts, g.pop("db_session", None)), content_type=content_type)
