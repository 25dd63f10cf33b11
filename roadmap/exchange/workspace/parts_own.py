"""Parts of the format: the fields admins define, and saved views."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from roadmap.exchange.workspace import forms
from roadmap.exchange.workspace.fields import Count, Email, Part, Text, Words
from roadmap.lists.kinds import FieldKind

FieldCode = Annotated[str, Field(pattern=forms.FIELD)]
ChoiceCode = Annotated[str, Field(pattern=forms.CHOICE)]
Label = Annotated[Words, Field(max_length=80)]


class ChoicePart(Part):
    """One value of a choice; a retired one stays where it was chosen."""

    code: ChoiceCode
    label: Label
    active: bool = True


class FieldPart(Part):
    """A field admins added to a kind of record."""

    # Stored under other names, or by itself.
    apart: ClassVar = frozenset({"record"})

    record: Literal["requirement"] = "requirement"
    code: FieldCode
    label: Label
    help: Annotated[str, Field(max_length=300)] = ""
    kind: Annotated[FieldKind, Field(strict=False)]
    # In the order lists sort by.
    choices: list[ChoicePart] = []
    position: Count
    active: bool = True


class ViewPart(Part):
    """A saved view of a list; its addresses for spreadsheets stay behind."""

    refs: ClassVar = {"owner": ("owner_id", "person")}
    apart: ClassVar = frozenset({"of"})

    # The list it is a view of.
    of: Literal["requirements", "launches"] = "requirements"
    owner: Email
    name: Label
    shared: bool = False
    query: Text = ""
    sort: Annotated[str, Field(max_length=60)] = ""
    # Codes of the columns, in order; empty means the usual ones.
    columns: Annotated[list[str], Field(max_length=60)] = []
