"""The form of what is told how."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField

from roadmap.notifications.rules import USUAL_PACE, Pace, Reason
from roadmap.web.forms import Form, choices
from roadmap.web.i18n import _
from roadmap.wording import N_

PACES = {
    Pace.NOW: N_("Mail at once"),
    Pace.DAILY: N_("Daily mail"),
    Pace.INBOX: N_("Inbox only"),
    Pace.OFF: N_("Not at all"),
}
DAYS = {
    "monday": N_("Monday"),
    "tuesday": N_("Tuesday"),
    "wednesday": N_("Wednesday"),
    "thursday": N_("Thursday"),
    "friday": N_("Friday"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}


class PreferencesForm(Form):
    """One row of choices for each reason, whose field has its name, and the weekly report."""

    weekly = BooleanField(_("Send me the weekly report"))

    def chosen(self) -> dict[Reason, Pace]:
        """Return what was chosen."""
        return {reason: Pace(self[reason.value].data) for reason in Reason}


for _reason in Reason:
    setattr(PreferencesForm, _reason.value, RadioField())


def preferences_form(current: Mapping[Reason, Pace], weekly: bool) -> PreferencesForm:
    """Return the form with a person's present choices."""
    values: dict[str, Any] = {reason.value: how.value for reason, how in current.items()}
    values["weekly"] = weekly
    form = PreferencesForm(data={r.value: h.value for r, h in USUAL_PACE.items()} | values)
    for reason in Reason:
        form[reason.value].choices = choices((how.value, _(text)) for how, text in PACES.items())
    return form
