"""Form fields for the questions of each kind."""

from typing import Any, TypeVar

from wtforms import SelectField, TextAreaField
from wtforms.validators import Optional

from roadmap.requirements.number_fields import WholeNumberField
from roadmap.requirements.questions import BY_FIELD, KIND_OF, AnswerType, Question
from roadmap.web.forms import choices
from roadmap.web.i18n import _

FormClass = TypeVar("FormClass", bound=type)


def with_answers(form: FormClass) -> FormClass:
    """Add a field for each question to a form class."""
    for name, question in BY_FIELD.items():
        setattr(form, name, _field(question))
    return form


def _field(question: Question) -> Any:
    label = _(question.label)
    match question.type:
        case AnswerType.NUMBER:
            return WholeNumberField(label, [Optional()])
        case AnswerType.CHOICE:
            pairs = [("", _("Choose…")), *((code, _(word)) for code, word in question.choices)]
            return SelectField(
                label, [Optional()], choices=lambda: choices(pairs), validate_choice=False
            )
        case _:
            return TextAreaField(label)


def other_kinds(kind: str | None) -> set[str]:
    """Return the names of the fields that only other kinds are asked."""
    return {name for name, asked in KIND_OF.items() if asked != kind}
