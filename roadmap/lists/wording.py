"""Words people read: kinds of fields, and the history of fields and views."""

from roadmap.lists.kinds import FieldKind
from roadmap.taxonomy.wording import Words, added_or_removed
from roadmap.web.i18n import _
from roadmap.wording import N_

KINDS = {
    FieldKind.TEXT: N_("A line of text"),
    FieldKind.NUMBER: N_("A number"),
    FieldKind.CHOICE: N_("One of several choices"),
    FieldKind.DATE: N_("A date"),
    FieldKind.PERSON: N_("A person"),
}


def _choices_text(value: object) -> str:
    rows = value if isinstance(value, list) else []
    return ", ".join(
        one["label"] if one.get("active", True) else _("%(label)s (retired)", label=one["label"])
        for one in rows
    )


FIELD_WORDS = Words(
    actions={
        "custom_field.created": N_("defined this field"),
        "custom_field.edited": N_("edited this field"),
        "custom_field.moved": N_("moved this field"),
    },
    columns={
        "code": N_("Code"),
        "label": N_("Name"),
        "help": N_("Help"),
        "kind": N_("What it holds"),
        "choices": N_("Choices"),
        "active": N_("In use"),
        "position": N_("Place"),
    },
    silent=frozenset({"created_at", "record_type_of"}),
    values={"choices": _choices_text},
)

VIEW_WORDS = Words(
    actions={
        "saved_view.created": N_("saved this view"),
        "saved_view.edited": N_("changed this view"),
        "saved_view.removed": N_("removed this view"),
        "saved_view.handed_over": N_("handed this view over"),
        "saved_view.address_made": N_("made an address for spreadsheets"),
        "saved_view.address_revoked": N_("revoked an address for spreadsheets"),
    },
    columns={
        "name": N_("Name"),
        "shared": N_("Shared with everybody"),
        "query": N_("Filter"),
        "sort": N_("Sort"),
        "columns": N_("Columns"),
    },
    silent=frozenset({"created_at", "updated_at", "removed_at", "list_code"}),
    people=frozenset({"owner_id"}),
    parts={"view_address": added_or_removed(N_("Address for spreadsheets"), lambda *_row: "")},
)
