"""Forms of signing in, of one's own account, and of the admin's people and teams."""

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import EqualTo, InputRequired, Length, NumberRange, Optional

from roadmap import clock
from roadmap.accounts.permissions import ROLES
from roadmap.accounts.tokens import MOST_DAYS, SCOPES
from roadmap.web.forms import Form, Ticks, choices
from roadmap.web.i18n import _

# Longer than any password that is accepted; keeps megabytes away from the digest.
_MOST = Length(max=1000)


def _password(label: str, *validators: object) -> PasswordField:
    return PasswordField(label, [InputRequired(_("Give the password.")), _MOST, *validators])


def _again(field: str) -> PasswordField:
    return _password(
        _("The new password again"), EqualTo(field, _("The two passwords are not the same."))
    )


class SignInForm(Form):
    """E-mail address and password; `next` is where to go afterwards."""

    email = EmailField(
        _("E-mail address"), [InputRequired(_("Give the e-mail address.")), Length(max=254)]
    )
    password = _password(_("Password"))
    next = HiddenField()


class SetPasswordForm(Form):
    """A new password by a one-time link."""

    token = HiddenField()
    password = _password(_("New password"))
    password_again = _again("password")


class PasswordForm(Form):
    """A new password for somebody signed in."""

    current_password = _password(_("Present password"))
    new_password = _password(_("New password"))
    password_again = _again("new_password")


class ProfileForm(Form):
    """What people say about themselves."""

    name = StringField(_("Name"), [InputRequired(_("Give your name.")), Length(max=120)])
    time_zone = SelectField(_("Time zone"))

    def __init__(self, **given: object) -> None:
        super().__init__(**given)
        # Places, not the abbreviations and offsets that stand beside them.
        self.time_zone.choices = choices(
            (name, name) for name in clock.time_zones() if "/" in name or name == "UTC"
        )


class NewPersonForm(Form):
    """Somebody to invite."""

    email = EmailField(
        _("E-mail address"), [InputRequired(_("Give the e-mail address.")), Length(max=254)]
    )
    name = StringField(_("Name"), [InputRequired(_("Give a name.")), Length(max=120)])
    roles = Ticks(
        _("Roles"), choices=choices((code, _(label)) for code, (label, _may) in ROLES.items())
    )
    teams = Ticks(_("Teams"), [Optional()], coerce=int)


class PersonForm(NewPersonForm):
    """Somebody who is there already."""

    active = BooleanField(_("Active: may sign in"))


class HandoverForm(Form):
    """Who takes over what a leaver holds."""

    to = EmailField(
        _("E-mail address of the person who takes over"),
        [InputRequired(_("Say who takes over.")), Length(max=254)],
    )
    why = TextAreaField(_("Reason"), [Optional(), Length(max=500)])


class NewTeamForm(Form):
    """A new team."""

    name = StringField(_("Name"), [InputRequired(_("Give the team a name.")), Length(max=120)])
    code = StringField(_("Short name"), [InputRequired(_("Give a short name.")), Length(max=40)])


class TeamForm(Form):
    """A team and its members; the rows of the table are `members` and `leads`."""

    name = StringField(_("Name"), [InputRequired(_("Give the team a name.")), Length(max=120)])
    active = BooleanField(_("Active: may be chosen on records"))
    members = Ticks(_("Members"), [Optional()], coerce=int)
    leads = Ticks(_("Leads"), [Optional()], coerce=int)
    add = EmailField(_("E-mail address of a person to add"), [Optional(), Length(max=254)])


class TokenForm(Form):
    """A new API token of one's own."""

    name = StringField(
        _("Where it is used"), [InputRequired(_("Say where it is used.")), Length(max=120)]
    )
    scopes = Ticks(
        _("What it may do"),
        choices=choices((code, _(label)) for code, (label, _may) in SCOPES.items()),
    )
    days = IntegerField(
        _("Days until it ends"),
        [
            InputRequired(_("Say how many days it works.")),
            NumberRange(1, MOST_DAYS, _("Use 1 to %(most)d days.", most=MOST_DAYS)),
        ],
    )


class TokenForForm(TokenForm):
    """A new API token of somebody, mostly of a service that never signs in."""

    person = EmailField(
        _("E-mail address of whom it acts for"),
        [InputRequired(_("Say whom it acts for.")), Length(max=254)],
    )
