"""The forms on the page of a requirement: their fields, and what is wrong with one that came back.

A form nobody filled in yet says the same on every page that offers the same choices; its fields
are drawn once. One that came back is drawn with what was typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from roadmap.requirements.forms import AdvanceForm, BlockerForm, CommentForm
from roadmap.requirements.rules import RequirementState
from roadmap.requirements.support_forms import Offer, SupportForm, own_support_form
from roadmap.requirements.support_queries import Supporter
from roadmap.web.templating import same_part


@dataclass(frozen=True)
class Sent:
    """The form that came back, if one did."""

    comment: CommentForm | None = None
    support: SupportForm | None = None
    advance: AdvanceForm | None = None
    blocker: BlockerForm | None = None

    @property
    def problems(self) -> list[tuple[str | None, str]]:
        """Return (field id, sentence) of everything to mend."""
        forms = (self.comment, self.support, self.advance, self.blocker)
        return [one for form in forms if form is not None for one in form.problems]


def comment_fields(sent: CommentForm | None, *, answering: bool) -> Markup:
    """Return the field of a comment, or of the answer to what was asked."""
    template = "requirements/_comment_fields.html"
    return _fields(template, sent, _new_comment, answering=answering)


def _new_comment() -> CommentForm:
    return CommentForm(formdata=None)


def blocker_fields(sent: BlockerForm | None) -> Markup:
    """Return the field of what must come first."""
    return _fields("requirements/_blocker_fields.html", sent, _new_blocker)


def _new_blocker() -> BlockerForm:
    return BlockerForm(formdata=None)


def advance_fields(sent: AdvanceForm | None, states: Sequence[RequirementState]) -> Markup:
    """Return the fields of a step to one of these states."""
    if sent is not None:
        sent.offer(states)
    return _fields("requirements/_advance_fields.html", sent, _new_step, tuple(states))


def _new_step(states: Sequence[RequirementState]) -> AdvanceForm:
    form = AdvanceForm(formdata=None)
    form.offer(states)
    return form


def support_fields(sent: SupportForm | None, own: Supporter | None, offer: Offer) -> Markup:
    """Return the fields of one's support, with what the person said already."""
    template = "requirements/_support_fields.html"
    if sent is None and own is not None:
        # What somebody said is theirs: it is not kept for others.
        sent = own_support_form(own)
    if sent is not None:
        sent.offer(offer)
    return _fields(template, sent, _new_support, offer)


def _new_support(offer: Offer) -> SupportForm:
    form = SupportForm(formdata=None)
    form.offer(offer)
    return form


def _fields(
    template: str, sent: Any, make: Callable[..., Any], *args: Any, **values: Any
) -> Markup:
    if sent is not None:
        return Markup(render_template(template, form=sent, **values))  # noqa: S704 - it escapes
    return same_part(template, make=make, args=args, **values)
