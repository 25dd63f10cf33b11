"""What is being worked on right now, for the log and the history."""

from contextvars import ContextVar

# The number of the request, or `job-7` inside the worker.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
