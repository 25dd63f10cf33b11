"""What completion and help say about the query language of the list of launches.

Nothing here is read from launches: what a reader may not know of cannot be told by a suggestion.
"""

from collections.abc import Mapping

from roadmap.launches.kinds import LaunchState
from roadmap.launches.wording import TYPES as TYPE_WORDS
from roadmap.lists.completion import FieldGuide
from roadmap.lists.language import NONE
from roadmap.lists.own_guides import day_values
from roadmap.overview.launch_fields import OUTLOOKS, TYPES, VERDICTS, Vocabulary
from roadmap.overview.standing import GROUPS
from roadmap.readiness.verdict import Word
from roadmap.web.chips import launch_state_word, verdict_word
from roadmap.web.i18n import _


def guides(known: Vocabulary) -> Mapping[str, FieldGuide]:
    """Return every field of the query language, the most used first."""
    empty, words = (NONE, _("has none")), known.words
    verdicts = [(code, _verdict(word)) for code, word in VERDICTS.items()]
    outlooks = list(zip(OUTLOOKS, (_(said) for said in GROUPS.values()), strict=True))
    days = [*day_values(), empty]
    again = ("recomputing", _("being computed again"))
    ended = (NONE, _("has ended"))
    return {
        "verdict": FieldGuide(_("Verdict"), [*verdicts, again, ended]),
        "outlook": FieldGuide(_("Whether the date can be held"), [*outlooks, ended]),
        "tier": FieldGuide(_("Tier"), [(str(n), _("tier %(n)s", n=n)) for n in (1, 2, 3)]),
        "market": FieldGuide(_("Market"), [*words.markets, empty]),
        "date": FieldGuide(_("Next date"), days, ordered=True, example="2026-12"),
        "is": FieldGuide(_("Is"), _meanings()),
        "owner": FieldGuide(_("Owner"), [("me", _("yourself")), empty], example="name@example.org"),
        "team": FieldGuide(_("Team"), [("me", _("my teams")), *known.teams.active, empty]),
        "type": FieldGuide(_("Type"), [(c, _(TYPE_WORDS[kind])) for c, kind in TYPES.items()]),
        "state": FieldGuide(
            _("State"), [(s.value, launch_state_word(s.value)) for s in LaunchState]
        ),
        "language": FieldGuide(_("Language"), [*words.languages, empty]),
        "surface": FieldGuide(_("Surface"), [*words.surfaces, empty]),
        "policy": FieldGuide(_("Policy area"), [*words.policy_areas, empty]),
        "commitment": FieldGuide(
            _("Place in the order of commitments"), [empty], ordered=True, example="10"
        ),
        "created": FieldGuide(_("Created on"), days, ordered=True, example="2026-11"),
        "updated": FieldGuide(_("Last changed on"), days, ordered=True, example="today-7"),
        "key": FieldGuide(_("Key"), example="LCH-12"),
    }


def _verdict(word: Word) -> str:
    return _("GO with waivers") if word is Word.CONDITIONAL else verdict_word(word.value)


def _meanings() -> list[tuple[str, str]]:
    return [
        ("help", _("late or at risk")),
        ("soon", _("in the next 10 working days")),
        ("overdue", _("its date has passed and it is not live")),
        ("mine", _("owned by me or a team of mine")),
        ("open", _("not closed or cancelled")),
        ("ended", _("closed or cancelled")),
        ("committed", _("has a place in the order of commitments")),
        ("confidential", _("confidential, as far as you may see it")),
    ]
