"""Built assets and the drawings of the sprite."""

import json
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from flask import current_app, request
from markupsafe import Markup

_of_request: ContextVar[dict[str, str] | None] = ContextVar("assets", default=None)


@lru_cache(maxsize=8)
def _addresses(path: str, _stamp: float, root: str) -> dict[str, str]:
    """Return the address of each built asset below a mount point."""
    names: dict[str, str] = json.loads(Path(path).read_text())
    return {name: f"{root}/static/dist/{built}" for name, built in names.items()}


def asset(name: str) -> str:
    """Return the address of a built asset; its name carries its content, so caches may keep it."""
    # A page names the sprite dozens of times: the manifest is looked at once a request, and the
    # proxies of the request are not asked for each name.
    addresses = _of_request.get()
    if addresses is None:
        path = Path(current_app.static_folder or "") / "dist" / "manifest.json"
        if not path.exists():
            raise RuntimeError("The browser assets are not built: run `make assets`.")
        addresses = _addresses(str(path), path.stat().st_mtime, request.script_root)
        _of_request.set(addresses)
    return addresses[name]


def forget(_error: BaseException | None = None) -> None:
    """End what a request kept; called as it ends."""
    _of_request.set(None)


def sprite() -> str:
    """Return the address of the drawings; what is drawn once is kept by it."""
    return asset("icons.svg")


def icon(name: str, size: int = 16, label: str | None = None) -> Markup:
    """Return one drawing from the sprite (static/img/icons.svg).

    Icons repeat the word beside them, so readers of the page do not hear them; give a label where
    there is no word.
    """
    return _icon(name, size, label, sprite())


@lru_cache(maxsize=512)
def _icon(name: str, size: int, label: str | None, address: str) -> Markup:
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else 'aria-hidden="true"'
    return Markup(
        '<svg class="ic" width="{0}" height="{0}" {1} focusable="false">'
        '<use href="{2}#{3}"></use></svg>'
    ).format(size, Markup(spoken), address, name)  # noqa: S704
