"""The list of admin pages: each room adds its own."""

from dataclasses import dataclass

from flask_login import current_user


@dataclass(frozen=True)
class AdminPage:
    """One entry: what it is called, where it is, who may open it, and one line about it."""

    label: str
    endpoint: str
    permission: str
    text: str


_pages: dict[str, AdminPage] = {}


def register_admin_page(label: str, endpoint: str, permission: str, text: str) -> None:
    """Add a page to the list; pages stand in the order the rooms open."""
    _pages[endpoint] = AdminPage(label, endpoint, permission, text)


def admin_pages() -> list[AdminPage]:
    """Return the pages the signed-in person may open."""
    return [page for page in _pages.values() if current_user.may(page.permission)]
