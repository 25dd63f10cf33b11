"""The tabs of a mechanism's pages."""

from flask import url_for

from roadmap.mechanisms.kinds import HUMAN_KINDS
from roadmap.mechanisms.models import Mechanism
from roadmap.web.i18n import _


def tabs_of(mechanism: Mechanism, current: str) -> list[tuple[str, str, bool]]:
    """Return (label, address, whether it is shown) of each tab the kind has."""
    entries = [
        ("overview", _("Can I lean on it?"), "mechanisms.mechanism"),
        ("evidence", _("Evidence"), "evidence.evidence"),
        ("configurations", _("Configurations"), "mechanism_parts.configurations"),
        ("coverage", _("Coverage"), "mechanism_parts.coverage"),
    ]
    if mechanism.kind in HUMAN_KINDS:
        entries.append(("people", _("Certified people"), "mechanism_people.people"))
    return [
        (label, url_for(endpoint, key=mechanism.key), name == current)
        for name, label, endpoint in entries
    ]
