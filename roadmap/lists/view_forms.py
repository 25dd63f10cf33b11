"""Forms of saved views."""

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired

from roadmap.lists.registry import Shown
from roadmap.web.forms import Form
from roadmap.web.i18n import _

LONGEST_SORT = 60
MAX_COLUMNS = 60


class SaveForm(Form):
    """A name for what a list shows now."""

    name = StringField(_("Name of the view"), [InputRequired(_("Give the view a name."))])
    shared = BooleanField(_("Share it with everybody"))
    query = HiddenField()
    sort = HiddenField()
    cols = HiddenField()
    view_id = HiddenField()

    @property
    def shows(self) -> Shown:
        """Return what the list showed."""
        return Shown(
            self.query.data or "",
            (self.sort.data or "")[:LONGEST_SORT],
            split_columns(self.cols.data),
        )


class ViewForm(Form):
    """What may change of a view beside what it shows."""

    name = StringField(_("Name"), [InputRequired(_("Give the view a name."))])
    shared = BooleanField(_("Share it with everybody"))
    shown = HiddenField()


def split_columns(text: str | None) -> tuple[str, ...]:
    """Return the codes of columns an address or a form names, each once."""
    found = dict.fromkeys(one for part in (text or "").split(",") if (one := part.strip()))
    return tuple(found)[:MAX_COLUMNS]
