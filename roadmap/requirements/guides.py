"""What completion and help say about the query language of the list of requirements."""

from collections.abc import Mapping

from roadmap.lists.completion import FieldGuide
from roadmap.lists.language import NONE
from roadmap.lists.own_guides import day_values, guide_of
from roadmap.requirements.list_page import Vocabulary
from roadmap.requirements.rules import RequirementKind, RequirementState, Severity
from roadmap.requirements.wording import KINDS, SEVERITIES, STATES
from roadmap.web.i18n import _


def guides(known: Vocabulary) -> Mapping[str, FieldGuide]:
    """Return every field of the query language, the most used first."""
    empty = (NONE, _("has none"))
    words = known.words
    kinds = [(one.value, _(KINDS[one])) for one in RequirementKind]
    severities = [(one.value, _(SEVERITIES[one])) for one in Severity]
    built_in = {
        "state": FieldGuide(_("State"), [(one.value, _(STATES[one])) for one in RequirementState]),
        "market": FieldGuide(_("Market"), [*words.markets, empty]),
        "team": FieldGuide(
            _("Team that asks"), [("me", _("my teams")), *known.teams.active, empty]
        ),
        "score": _number(_("Score"), "400"),
        "needed": _day(_("Needed by")),
        "kind": FieldGuide(_("Kind"), kinds),
        "is": FieldGuide(_("Is"), _meanings()),
        "severity": FieldGuide(_("Severity of a problem report"), [*severities, empty]),
        "policy": FieldGuide(_("Policy area"), [*words.policy_areas, empty]),
        "surface": FieldGuide(_("Surface"), [*words.surfaces, empty]),
        "language": FieldGuide(_("Language"), [*words.languages, empty]),
        "requester": _person(_("Who asked for it")),
        "supporter": _person(_("Who supports it")),
        "rank": _number(_("Rank in the backlog"), "10"),
        "volume": _number(_("Items a week"), "1000"),
        "sellers": _number(_("Sellers affected"), "100"),
        "people": _number(_("People affected"), "100"),
        "value": _number(_("Value at stake, in whole units of its currency"), "50000"),
        "word": _day(_("Day of the next word")),
        "created": _day(_("Submitted on")),
        "updated": _day(_("Last changed on")),
        "key": FieldGuide(_("Key"), example="REQ-12"),
    }
    return built_in | {own.code: guide_of(own) for own in known.own}


def _meanings() -> list[tuple[str, str]]:
    return [
        ("open", _("not delivered, declined or merged")),
        ("backlog", _("accepted and not yet delivered")),
        ("waiting", _("waiting for triage")),
        ("asked", _("waiting for its requester")),
        ("unscored", _("without a score")),
        ("mine", _("asked for by me")),
        ("overdue", _("needed before today and still open")),
    ]


def _number(label: str, example: str) -> FieldGuide:
    return FieldGuide(label, [(NONE, _("has none"))], ordered=True, example=example)


def _day(label: str) -> FieldGuide:
    values = [*day_values(), (NONE, _("has none"))]
    return FieldGuide(label, values, ordered=True, example="2027-03")


def _person(label: str) -> FieldGuide:
    return FieldGuide(label, [("me", _("yourself"))], example="name@example.org")
