"""Forms of support: one's own, and what a manager enters for somebody else."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from roadmap.requirements.number_fields import WholeNumberField
from roadmap.requirements.support_queries import Supporter
from roadmap.taxonomy.queries import Options
from roadmap.web.forms import Form, choices, maybe_id
from roadmap.web.i18n import _


def _market_choices(words: Options, kept: str | None) -> list[tuple[str, str]]:
    markets = words.choices("market", keep=[kept] if kept else [])
    return [("", _("No market named")), *markets]


class Offer(NamedTuple):
    """What a support may name: markets and teams as (value, name), and the market meant first."""

    markets: tuple[tuple[str, str], ...]
    teams: tuple[tuple[int | str, str], ...]
    market: str | None


def offer_of(
    markets: Sequence[str],
    words: Options,
    teams: Mapping[int, str],
    own_teams: Collection[int],
    own: Supporter | None,
) -> Offer:
    """Return what a person may name; ``markets`` are the requirement's, meant first if it is one.

    Of teams it may be their own, and the one they named before.
    """
    mine = set(own_teams) | ({own.team_id} if own and own.team_id else set())
    named = sorted((teams[number], number) for number in mine if number in teams)
    first: list[tuple[int | str, str]] = [] if len(named) == 1 else [("", _("Choose a team…"))]
    return Offer(
        tuple(_market_choices(words, own.market if own else None)),
        (*first, *((number, name) for name, number in named)),
        markets[0] if len(markets) == 1 else None,
    )


class SupportForm(Form):
    """Why one supports it, for which team, and what it would save where."""

    support_reason = TextAreaField(_("Why do you need it too?"))
    support_volume = WholeNumberField(_("Items a week it would save"), [Optional()])
    support_market = SelectField(_("In which market?"), [Optional()], validate_choice=False)
    support_team = SelectField(
        _("For which of your teams?"), [Optional()], coerce=maybe_id, validate_choice=False
    )

    def offer(self, offer: Offer) -> None:
        """Set the choices; the only market of the requirement is chosen beforehand."""
        self.support_market.choices = choices(offer.markets)
        if not self.is_submitted() and self.support_market.data in (None, ""):
            self.support_market.data = offer.market
        self.support_team.choices = choices(offer.teams)


def own_support_form(own: Supporter | None) -> SupportForm:
    """Return the form with what the person said already."""
    if own is None:
        return SupportForm(formdata=None)
    return SupportForm(
        formdata=None,
        support_reason=own.reason,
        support_volume=own.weekly_volume,
        support_market=own.market,
        support_team=own.team_id,
    )


class EnteredForm(Form):
    """Support given elsewhere: by whom, where it was said, and what it says."""

    person = StringField(_("Person"))
    team = SelectField(_("Team"), [Optional()], coerce=maybe_id, validate_choice=False)
    source = StringField(
        _("Where was it said?"),
        [InputRequired(_("Say where this was said, as in: ops review 12 Nov."))],
    )
    reason = TextAreaField(_("Why do they need it?"))
    volume = WholeNumberField(_("Items a week it would save"), [Optional()])
    market = SelectField(_("In which market?"), [Optional()], validate_choice=False)

    def offer(self, words: Options, teams: Sequence[tuple[int, str]]) -> None:
        """Set the choices."""
        self.team.choices = choices([("", _("The person's only team")), *teams])
        self.market.choices = choices(_market_choices(words, None))
