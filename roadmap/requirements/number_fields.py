"""Fields that read numbers as people write them, and keep what was typed when they cannot."""

from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field, IntegerField
from wtforms.widgets import TextInput

from roadmap import currencies
from roadmap.web.i18n import _


class WholeNumberField(IntegerField):
    """A whole number, written with or without separators; what is none keeps what was typed."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, or refuse it in a sentence."""
        if not valuelist or not (typed := valuelist[0].strip()):
            self.data = None
            return
        try:
            self.data = int(_digits(typed))
        except ValueError:
            self.data = None
            raise ValueError(_("Write a whole number, such as 250.")) from None


class AmountField(Field):
    """Money typed in major units, kept in minor units of the currency another field names."""

    widget = TextInput()

    def __init__(self, *args: Any, named_by: str, **kwargs: Any) -> None:
        self.named_by = named_by
        self.currency: str | None = None
        super().__init__(*args, **kwargs)

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read the currency first: it says how many minor units the amount has."""
        if formdata:
            prefix = self.name.removesuffix(self.short_name)
            self.currency = (formdata.get(prefix + self.named_by) or "").strip()
        super().process(formdata, *args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        shown = currencies.major(self.data, self.currency)
        return f"{shown:f}" if shown != shown.to_integral_value() else f"{int(shown)}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount, or refuse it in a sentence."""
        self.data = None
        if not valuelist or not (typed := valuelist[0].strip()):
            return
        with suppress(InvalidOperation):
            self.data = currencies.minor(Decimal(_digits(typed)), self.currency)
        if self.data is None:
            raise ValueError(_decimals(currencies.digits(self.currency)))


def _decimals(most: int) -> str:
    if most == 0:
        return _("Write an amount without decimals, such as 48000.")
    if most == 2:
        return _("Write an amount with at most two decimals, such as 48000 or 9.50.")
    return _("Write an amount with at most %(most)s decimals, such as 48000.", most=most)


def _digits(typed: str) -> str:
    return typed.replace(",", "").replace("\u00a0", "").replace(" ", "")
