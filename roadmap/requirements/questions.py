"""What each kind of requirement is asked beyond the fields everybody fills in. Data only.

A manager needs these answers to judge a requirement of that kind; none of them keeps anybody from
submitting. The code of a question is unique over all kinds, since answers are stored by it.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from roadmap.requirements.rules import RequirementKind
from roadmap.wording import N_

_PREFIX = "answer_"


class AnswerType(StrEnum):
    """What an answer is."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True)
class Question:
    """One question; a choice has its (code, label) pairs."""

    code: str
    label: str
    help: str = ""
    type: AnswerType = AnswerType.TEXT
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> str:
        """Return the name of its field in forms, edits and conflicts."""
        return _PREFIX + self.code


_NUMBER, _CHOICE = AnswerType.NUMBER, AnswerType.CHOICE
_K = RequirementKind

QUESTIONS: dict[RequirementKind, tuple[Question, ...]] = {
    _K.TOOL: (
        Question(
            "tool_step",
            N_("Which step of the work takes the time?"),
            N_("Such as opening the seller's history in another tab."),
        ),
        Question("tool_seconds", N_("Seconds an item takes now"), type=_NUMBER),
        Question("tool_people", N_("People who would use it"), type=_NUMBER),
    ),
    _K.PRODUCT: (
        Question(
            "product_who",
            N_("Who sees the change?"),
            type=_CHOICE,
            choices=(
                ("buyers", N_("Buyers")),
                ("sellers", N_("Sellers or creators")),
                ("reviewers", N_("Reviewers only")),
                ("everybody", N_("Everybody")),
            ),
        ),
        Question(
            "product_abuse",
            N_("How could it be abused?"),
            N_("What a dishonest seller would try first."),
        ),
    ),
    _K.WORKFLOW: (
        Question(
            "workflow_now",
            N_("How does it go today?"),
            N_("The steps, and who hands over to whom."),
        ),
        Question(
            "workflow_delay",
            N_("Where does it wait?"),
            N_("The step, and for how long."),
        ),
        Question(
            "workflow_change",
            N_("What changes?"),
            type=_CHOICE,
            choices=(
                ("sop", N_("How people work (SOP)")),
                ("routing", N_("Which queue gets what")),
                ("site", N_("Which site or vendor does it")),
                ("escalation", N_("When it is escalated")),
            ),
        ),
    ),
    _K.POLICY: (
        Question(
            "policy_guideline",
            N_("Which guideline, and which part of it?"),
            N_("Its name and version, or the rule that is missing."),
        ),
        Question("policy_from", N_("From when does it apply?")),
        Question(
            "policy_markets",
            N_("Which markets differ, and how?"),
            N_("Leave it empty where all are alike."),
        ),
        Question(
            "policy_existing",
            N_("What about what is published already?"),
            type=_CHOICE,
            choices=(
                ("kept", N_("It may stay")),
                ("swept", N_("It is reviewed again")),
                ("unknown", N_("Not decided")),
            ),
        ),
    ),
    _K.AUTOMATION: (
        Question(
            "automation_today",
            N_("Who or what decides today?"),
            N_("A queue, a rule, nobody."),
        ),
        Question(
            "automation_wrong",
            N_("What does a wrong decision cost?"),
            N_("Both ways: let through, and stopped without reason."),
        ),
        Question(
            "automation_labels",
            N_("Decided examples one could learn from"),
            N_("How many, with a label people gave."),
            type=_NUMBER,
        ),
    ),
    _K.QUALITY: (
        Question(
            "quality_metric",
            N_("Which number should move?"),
            N_("Such as QA accuracy, overturn rate or handling time."),
        ),
        Question("quality_how", N_("How is it measured?"), N_("Sample, denominator, how often.")),
        Question("quality_now", N_("Where it stands now"), N_("Such as 91.2 % or 48 s.")),
        Question("quality_aim", N_("Where it should stand")),
    ),
    _K.PROBLEM_REPORT: (
        Question("problem_since", N_("Since when?"), N_("A day, or what changed before.")),
        Question(
            "problem_see",
            N_("How can one see it?"),
            N_("Steps, or an example that shows it."),
        ),
        Question("problem_around", N_("What do people do meanwhile?")),
    ),
}
BY_FIELD: dict[str, Question] = {
    question.field: question for asked in QUESTIONS.values() for question in asked
}
KIND_OF: dict[str, RequirementKind] = {
    question.field: kind for kind, asked in QUESTIONS.items() for question in asked
}


@dataclass(frozen=True)
class Answered:
    """A question with its answer as stored."""

    question: Question
    answer: Any


def answered(kind: RequirementKind, answers: Mapping[str, Any] | None) -> list[Answered]:
    """Return the questions of a kind that were answered, in their order."""
    given = answers or {}
    return [Answered(one, given[one.code]) for one in QUESTIONS[kind] if one.code in given]


def questions_by_kind() -> list[tuple[str, tuple[Question, ...]]]:
    """Return the questions of each kind, by the kind's code."""
    return [(kind.value, asked) for kind, asked in QUESTIONS.items()]


def as_fields(answers: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return stored answers by field name, None for each question without one."""
    given = answers or {}
    return {field: given.get(question.code) for field, question in BY_FIELD.items()}


def with_fields(answers: Mapping[str, Any] | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers with some fields set; None or an empty text takes an answer away."""
    found = dict(answers or {})
    for field, value in fields.items():
        code = BY_FIELD[field].code
        if value is None or value == "":
            found.pop(code, None)
        else:
            found[code] = value
    return found


def written(answers: Mapping[str, Any] | None) -> list[str]:
    """Return the answers in a person's own words, for search."""
    given = answers or {}
    texts = [one for one in BY_FIELD.values() if one.type is AnswerType.TEXT]
    return [str(given[one.code]) for one in texts if one.code in given]


def label_of(question: Question, answer: Any) -> str:
    """Return an answer as a person reads it, a choice by its untranslated label."""
    return dict(question.choices).get(answer, str(answer))


def told(text: Any) -> dict[str, Any]:
    """Return answers from the text the history keeps of them; nothing of a text erased since."""
    try:
        found = ast.literal_eval(text) if isinstance(text, str) else text
    except (ValueError, SyntaxError):
        found = None
    return found if isinstance(found, dict) else {}
