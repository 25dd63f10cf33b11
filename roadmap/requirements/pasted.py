"""A draft made from a pasted chat or mail."""

from sqlalchemy.orm import Session

from roadmap.accounts.current import Actor
from roadmap.errors import Invalid
from roadmap.requirements import checks, drafts, intake
from roadmap.requirements.models import RequirementDraft
from roadmap.requirements.rules import ScopeDimension
from roadmap.requirements.threads import Words, propose, read
from roadmap.taxonomy.queries import Options
from roadmap.web.i18n import _

# At most so many people of a thread are looked up as who may be asking.
_ASKERS = 3


def draft_of(session: Session, actor: Actor, thread: str, words: Options) -> RequirementDraft:
    """Keep a draft with what a thread says and the thread itself; Invalid at ``thread``."""
    try:
        source = checks.text(
            thread, drafts.ORIGIN_LENGTH, shortest=1, ask=_("Paste the chat or mail first.")
        )
    except Invalid as error:
        raise Invalid.at("thread", error.message) from None
    found = read(source)
    proposal = propose(found, _taxonomy(words))
    typed = {
        "title": [proposal.title],
        "problem": [proposal.problem],
        "links": ["\n".join(proposal.links)],
        "currency": ["EUR"],
        "needed_by_precision": ["day"],
        "requester": [_asker(session, actor, proposal.people)],
    }
    if not typed["requester"][0] and len(actor.team_ids) == 1:
        typed["team_id"] = [str(next(iter(actor.team_ids)))]
    for name, dimension in checks.SCOPE_FIELDS.items():
        typed[name] = list(proposal.scope.get(dimension, ()))
    return drafts.keep(session, actor, None, typed, origin=(found.kind, source))


def _taxonomy(words: Options) -> Words:
    return {
        ScopeDimension.MARKET: words.markets,
        ScopeDimension.LANGUAGE: words.languages,
        ScopeDimension.SURFACE: words.surfaces,
        ScopeDimension.POLICY_AREA: words.policy_areas,
    }


def _asker(session: Session, actor: Actor, people: tuple[str, ...]) -> str:
    """Return the first of a thread for whom the actor may submit, nobody if it is the actor."""
    for one in people[:_ASKERS]:
        try:
            number = intake.requester_named(session, actor, one)
        except Invalid:
            # Somebody who has no account here, or is in none of the actor's teams.
            continue
        return one if number is not None else ""
    return ""
