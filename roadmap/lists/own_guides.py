"""What completion and help say about the fields admins define."""

from roadmap.lists.completion import FieldGuide
from roadmap.lists.kinds import FieldKind, Own
from roadmap.lists.language import NONE
from roadmap.web.i18n import _


def guide_of(own: Own) -> FieldGuide:
    """Return what the query language takes for a field."""
    empty = (NONE, _("has none"))
    match own.kind:
        case FieldKind.CHOICE:
            values = [(one.code, one.label) for one in own.choices]
            return FieldGuide(own.label, [*values, empty])
        case FieldKind.NUMBER:
            return FieldGuide(own.label, [empty], ordered=True, example="100")
        case FieldKind.DATE:
            return FieldGuide(own.label, [*day_values(), empty], ordered=True, example="2027-03")
        case FieldKind.PERSON:
            mine = ("me", _("yourself"))
            return FieldGuide(own.label, [mine, empty], example="name@example.org")
        case _:
            return FieldGuide(own.label, [empty], example='"some words"')


def day_values() -> list[tuple[str, str]]:
    """Return dates worth offering."""
    return [
        ("today", _("today")),
        ("today+7", _("a week from today")),
        ("today+30", _("30 days from today")),
        ("today-30", _("30 days ago")),
    ]
