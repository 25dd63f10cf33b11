"""The tabs of a mechanism's pages; higher rooms add theirs."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for

from roadmap.mechanisms.kinds import HUMAN_KINDS, MechanismKind
from roadmap.mechanisms.models import Mechanism
from roadmap.web.i18n import _
from roadmap.wording import N_


@dataclass(frozen=True)
class Tab:
    """One page of a mechanism: its name in code, what it is called, who has it."""

    name: str
    label: str
    endpoint: str
    kinds: Collection[MechanismKind]


_tabs = [
    Tab("overview", N_("Can I lean on it?"), "mechanisms.mechanism", frozenset(MechanismKind)),
    Tab("evidence", N_("Evidence"), "evidence.evidence", frozenset(MechanismKind)),
    Tab("control", N_("Over time"), "mechanism_control.control", frozenset(MechanismKind)),
    Tab(
        "configurations",
        N_("Configurations"),
        "mechanism_parts.configurations",
        frozenset(MechanismKind),
    ),
    Tab("coverage", N_("Coverage"), "mechanism_parts.coverage", frozenset(MechanismKind)),
    Tab("people", N_("Certified people"), "mechanism_people.people", HUMAN_KINDS),
]


def register_tab(name: str, label: str, endpoint: str, kinds: Collection[MechanismKind]) -> None:
    """Add a page of a higher room to the mechanisms of some kinds; asking twice counts once."""
    tab = Tab(name, label, endpoint, frozenset(kinds))
    if tab not in _tabs:
        _tabs.append(tab)


def tabs_of(mechanism: Mechanism, current: str) -> list[tuple[str, str, bool]]:
    """Return (label, address, whether it is shown) of each tab the kind has."""
    return [
        (_(tab.label), url_for(tab.endpoint, key=mechanism.key), tab.name == current)
        for tab in _tabs
        if mechanism.kind in tab.kinds
    ]
