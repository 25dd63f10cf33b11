"""Fields that read numbers as people write them, and keep what was typed when they cannot."""

from decimal import Decimal, InvalidOperation

from wtforms import Field, IntegerField
from wtforms.widgets import TextInput

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
    """Money typed in major units, kept in minor units."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{Decimal(self.data) / 100:f}".removesuffix(".00")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount, or refuse it in a sentence."""
        self.data = None
        if not valuelist or not (typed := valuelist[0].strip()):
            return
        try:
            amount = Decimal(_digits(typed)) * 100
            self.data = int(amount) if amount.is_finite() and amount == int(amount) else None
        except InvalidOperation:
            pass
        if self.data is None:
            raise ValueError(_("Write an amount with at most two decimals, such as 48000 or 9.50."))


def _digits(typed: str) -> str:
    return typed.replace(",", "").replace("\u00a0", "").replace(" ", "")
