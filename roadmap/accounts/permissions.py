"""Who may do what: permissions by role. Records add their own rule where ownership matters."""

from collections.abc import Iterable

from roadmap.wording import N_

_READ = {
    "requirement.read",
    "launch.read",
    "mechanism.read",
    "person.read",
}
_PARTNER = _READ | {
    "requirement.submit",
    "requirement.comment",
    "requirement.support",
    # Own checklist items and gaps only; the loader checks whose they are.
    "checklist.answer",
    "launch.create",
    "launch.edit",
}
_OWNER = _PARTNER | {"mechanism.create", "mechanism.edit", "evidence.write"}
_APPROVER = _PARTNER | {"waiver.approve", "decision.record", "checklist.attest"}
_PM = (
    {"admin.open"}
    | _OWNER
    | _APPROVER
    | {
        "requirement.edit_any",
        "requirement.triage",
        "requirement.score",
        "framework.edit",
        "launch.edit_any",
        "launch.commit",
        "launch.read_confidential",
        "mechanism.edit_any",
        "checklist.answer_any",
        "template.edit",
        "exchange.import",
        "exchange.export",
    }
)
_ADMIN = _READ | {
    "admin.open",
    "admin.people",
    "admin.taxonomy",
    "admin.system",
    "template.edit",
    "exchange.import",
    "exchange.export",
}

# Code -> (what people call it, what it may). A person may have several.
ROLES: dict[str, tuple[str, frozenset[str]]] = {
    "viewer": (N_("Stakeholder"), frozenset(_READ)),
    "partner": (N_("Partner"), frozenset(_PARTNER)),
    "mechanism_owner": (N_("Mechanism owner"), frozenset(_OWNER)),
    "approver": (N_("Approver"), frozenset(_APPROVER)),
    "pm": (N_("Program manager"), frozenset(_PM)),
    "admin": (N_("Admin"), frozenset(_ADMIN)),
}

ALL_PERMISSIONS = frozenset().union(*(allowed for _, allowed in ROLES.values()))


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Return everything the roles allow together; an unknown role allows nothing."""
    return frozenset().union(*(ROLES[role][1] for role in roles if role in ROLES))
