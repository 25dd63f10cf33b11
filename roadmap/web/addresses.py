"""Addresses from outside: what no record can have is refused before a view sees it."""

from flask import Flask, request
from werkzeug.routing import IntegerConverter, ValidationError

from roadmap.errors import Invalid, NotFound
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character

# The largest key of a table.
LARGEST = 2**31 - 1


class KeyConverter(IntegerConverter):
    """A whole number that fits the key of a table; a larger one is no address."""

    def to_python(self, value: str) -> int:
        """Return the number, or match nothing."""
        number: int = super().to_python(value)
        if number > LARGEST:
            raise ValidationError
        return number


def _refuse_odd_characters() -> None:
    if forbidden_character(request.path):
        raise NotFound(_("There is nothing at this address."))
    for name, value in request.args.items(multi=True):
        if forbidden_character(name) or forbidden_character(value):
            raise Invalid(_("The address holds a character that cannot be stored or searched."))


def init_app(app: Flask) -> None:
    """Check every address before its view runs."""
    app.url_map.converters["int"] = KeyConverter
    app.before_request(_refuse_odd_characters)
