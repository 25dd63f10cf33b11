"""Forms of signing in, of one's own account, and of the admin's people and teams."""

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from roadmap.web.forms import Form
from roadmap.web.i18n import _


def _email() -> EmailField:
    return EmailField(
        _("E-mail address"),
        [InputRequired(_("Give the e-mail address.")), Length(max=254)],
    )


class SignInForm(Form):
    """E-mail address and password; `next` is where to go afterwards."""

    email = _email()
    password = PasswordField(_("Password"), [InputRequired(_("Give the password."))])
    next = HiddenField()
