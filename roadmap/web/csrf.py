"""The token of forms: signed once a minute for each session, not once for each page."""

import time
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, session
from flask_wtf.csrf import CSRFProtect, generate_csrf

# A token that is this many seconds old is given once more; it holds for an hour or longer.
_AGAIN = 60
_NAME = "csrf_token"
_KEPT = "csrf_token_kept"


def csrf_token() -> str:
    """Return the token of this session, as `flask_wtf.csrf.generate_csrf` makes it.

    It is the same for the whole of a request, and a page has some ten forms.
    """
    known: str | None = g.get(_KEPT)
    if known is not None:
        return known
    if _NAME not in g and (own := session.get(_NAME)) is not None:
        setattr(g, _NAME, _signed(current_app.secret_key, own, int(time.time()) // _AGAIN))
    token: str = generate_csrf()
    setattr(g, _KEPT, token)
    return token


@lru_cache(maxsize=4096)
def _signed(_secret: Any, _own: str, _minute: int) -> str:
    token: str = generate_csrf()
    return token


def init_app(app: Flask, protect: CSRFProtect) -> None:
    """Check the token of every unsafe request, and let templates say it."""
    protect.init_app(app)
    app.jinja_env.globals["csrf_token"] = csrf_token
    # The library gives its own to every template as well; the last one counts.
    app.context_processor(lambda: {"csrf_token": csrf_token})
