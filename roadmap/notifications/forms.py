"""The form of what is told how."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField

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


class PreferencesForm(Form):
    """One row of choices for each reason; every field is named by its reason."""

    def chosen(self) -> dict[Reason, Pace]:
        """Return what was chosen."""
        return {reason: Pace(self[reason.value].data) for reason in Reason}


for _reason in Reason:
    setattr(PreferencesForm, _reason.value, RadioField())


def preferences_form(current: Mapping[Reason, Pace]) -> PreferencesForm:
    """Return the form with a person's present choices."""
    values: dict[str, Any] = {reason.value: how.value for reason, how in current.items()}
    form = PreferencesForm(data={r.value: h.value for r, h in USUAL_PACE.items()} | values)
    for reason in Reason:
        form[reason.value].choices = choices((how.value, _(text)) for how, text in PACES.items())
    return form
