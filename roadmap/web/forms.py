"""The base of all forms: trimmed text, no characters a database refuses, domain errors by field."""

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    Field,
    FileField,
    FloatField,
    MultipleFileField,
    PasswordField,
    SelectMultipleField,
    ValidationError,
)

# Newer than the stubs.
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from roadmap.errors import Conflict, Invalid
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character, read_number


def clean_text(value: str | None) -> str | None:
    """Return the text without outer space and with one kind of line break."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def no_control_characters(_form: Any, field: Field) -> None:
    """Refuse text with control characters, naming the first."""
    if isinstance(field.data, str) and (found := forbidden_character(field.data)):
        raise ValidationError(
            _("This holds the character %(code)s, which cannot be stored. Remove it.", code=found)
        )


def choices(pairs: Iterable[tuple[Any, str]]) -> list[Any]:
    """Return (value, label) pairs as the choices of a select field, which soon takes no tuples."""
    return [SelectChoice(value, label) for value, label in pairs]


def _posted(form: Any) -> Any:
    """Return the posted texts, and the posted files of fields that take files; None if none came.

    A text field never sees a file, and a body that is no form holds no fields.
    """
    if not form.is_submitted():
        return None
    takes_files = {field.name for field in form if isinstance(field, FileField | MultipleFileField)}
    files = MultiDict(
        (name, file) for name, file in request.files.items(multi=True) if name in takes_files
    )
    return CombinedMultiDict((files, request.form)) if files else request.form or None


class _Box(CheckboxInput):
    """A box of several: "required" on each would make a browser ask for all of them."""

    validation_attrs = ["disabled"]


class Ticks(SelectMultipleField):
    """Several choices, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = _Box()


class NumberField(FloatField):
    """A number as people of many countries write it; ``counts`` where it counts things."""

    widget = TextInput()

    def __init__(self, *args: Any, counts: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = counts

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        shown = f"{self.data:.15g}"
        # "12.125" would be read as thousands where things are counted.
        return shown if read_number(shown, counts=self.counts) == float(shown) else f"{shown}0"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or refuse it in a sentence."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = read_number(valuelist[0], counts=self.counts)
        except ValueError:
            example = "12000" if self.counts else "2.5"
            raise ValueError(_("Write a number, such as %(example)s.", example=example)) from None


def maybe_id(text: Any) -> int | None:
    """Return the id that a select field with nobody among its choices gives, None for nobody."""
    return int(text) if text not in (None, "", "None") else None


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose texts are trimmed and checked, and that shows domain errors by the field."""

    class Meta:
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            given = formdata is None or isinstance(formdata, MultiDict)
            return formdata if given else _posted(form)

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            field: Any = unbound_field.bind(form=form, **options)
            if issubclass(type(field), _text_fields()):
                field.validators = [*field.validators, no_control_characters]
                # A password is taken as it was typed, outer spaces included.
                if not isinstance(field, PasswordField):
                    field.filters = [clean_text, *field.filters]
            return field

    def refuse(self, error: Invalid | Conflict) -> None:
        """Put a command's refusal beside the fields it names; the rest goes on top of the form."""
        placed = False
        for name, message in error.fields.items():
            text = message if isinstance(message, str) else _meanwhile(message[1])
            if name in self._fields:
                field = self._fields[name]
                field.errors = [*field.errors, text]
                placed = True
        if not placed:
            self.form_errors.append(error.message)

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """Return (field id, sentence) of everything to mend, for the summary on top."""
        found: list[tuple[str | None, str]] = [(None, text) for text in self.form_errors]
        for field in self._fields.values():
            found.extend((field.id, str(text)) for text in _flat(field.errors))
        return found


def _meanwhile(theirs: str) -> str:
    """Say what somebody else stored in a field that both changed."""
    words = theirs or _("nothing")
    return _("Somebody set this to “%(theirs)s” meanwhile. Send again to keep yours.", theirs=words)


def _flat(errors: Any) -> list[Any]:
    """Return all messages of a field, those of sub-forms and lists included."""
    if isinstance(errors, dict):
        return [text for part in errors.values() for text in _flat(part)]
    if isinstance(errors, list | tuple):
        return [text for part in errors for text in _flat(part)]
    return [errors]


def _text_fields() -> tuple[type, ...]:
    from wtforms import EmailField, SearchField, StringField, TextAreaField, URLField

    return (StringField, TextAreaField, EmailField, URLField, SearchField)
