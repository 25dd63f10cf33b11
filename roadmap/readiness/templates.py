"""Commands on checklist templates: the built-in one, new versions, whom one would change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.history.service import record
from roadmap.launches.access import Asker, visible
from roadmap.launches.checks import ENDED
from roadmap.launches.kinds import LaunchType
from roadmap.launches.models import Launch, LaunchCell
from roadmap.launches.telling import actor_id
from roadmap.readiness.applicability import Difference, applicable, difference, profile
from roadmap.readiness.checklists import active_template
from roadmap.readiness.checks.checklist import BOUND_FACTS
from roadmap.readiness.models import ChecklistItem, ChecklistTemplate, TemplateItem
from roadmap.readiness.templates_content import STANDARD, STANDARD_CODE, STANDARD_TITLE
from roadmap.taxonomy.models import Market, Region
from roadmap.web.i18n import _
from roadmap.web.text import forbidden_character

SEVERITIES = ("blocker", "approvable", "info")


@dataclass(frozen=True, kw_only=True)
class ItemSpec:
    """One prompt of a template as typed; empty types or regions mean all."""

    code: str
    text: str
    severity: str
    types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    max_tier: int = 2
    due_days: int = 5
    source: str = ""
    check_source: bool = False
    bound_to: str | None = None
    standing: bool = False
    before_commit: bool = False


def ensure_built_in(session: Session) -> None:
    """Store version 1 of the standard template if there is none of that name."""
    known = select(ChecklistTemplate.id).where(ChecklistTemplate.code == STANDARD_CODE).limit(1)
    if session.scalar(known) is not None:
        return
    items = [
        ItemSpec(
            code=prompt.code,
            text=prompt.text,
            severity=prompt.severity,
            types=tuple(prompt.types),
            regions=prompt.regions,
            max_tier=prompt.max_tier,
            due_days=prompt.due_days,
            source=prompt.source,
            check_source=prompt.check_source,
            standing=prompt.standing,
        )
        for prompt in STANDARD
    ]
    _store(session, None, STANDARD_CODE, 1, STANDARD_TITLE, items)


def _store(
    session: Session,
    actor: Asker | None,
    code: str,
    version: int,
    title: str,
    items: Sequence[ItemSpec],
) -> ChecklistTemplate:
    template = ChecklistTemplate(code=code, version=version, title=title, active=True, items=[])
    session.add(template)
    session.flush()
    session.add_all(
        TemplateItem(
            template_id=template.id,
            position=place,
            code=item.code,
            text=item.text.strip(),
            source=item.source.strip(),
            check_source=item.check_source,
            severity=item.severity,
            types=sorted(item.types),
            regions=sorted(item.regions),
            max_tier=item.max_tier,
            due_days=item.due_days,
            bound_to=item.bound_to,
            standing=item.standing,
            before_commit=item.before_commit,
        )
        for place, item in enumerate(items, start=1)
    )
    record(session, actor_id(actor), template, "template.version_stored")
    return template


def versions(session: Session, code: str = STANDARD_CODE) -> Sequence[ChecklistTemplate]:
    """Return the versions of a template, the newest first."""
    query = select(ChecklistTemplate).where(ChecklistTemplate.code == code)
    return session.scalars(query.order_by(ChecklistTemplate.version.desc())).all()


def get_template(session: Session, code: str, version: int) -> ChecklistTemplate:
    """Return one version with its items, or raise NotFound."""
    template = session.scalar(
        select(ChecklistTemplate)
        .where(ChecklistTemplate.code == code, ChecklistTemplate.version == version)
        .options(selectinload(ChecklistTemplate.items))
    )
    if template is None:
        raise NotFound(_("There is no such version of this checklist."))
    return template


def specs_of(items: Iterable[TemplateItem]) -> list[ItemSpec]:
    """Return stored items as they would be typed."""
    return [
        ItemSpec(
            code=item.code,
            text=item.text,
            severity=item.severity,
            types=tuple(item.types),
            regions=tuple(item.regions),
            max_tier=item.max_tier,
            due_days=item.due_days,
            source=item.source,
            check_source=item.check_source,
            bound_to=item.bound_to,
            standing=item.standing,
            before_commit=item.before_commit,
        )
        for item in items
    ]


def _check(session: Session, items: Sequence[ItemSpec]) -> None:
    if not items:
        raise Invalid(_("A checklist needs at least one item."))
    codes = [item.code for item in items]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise Invalid.at("code", _("Two items are called %(code)s.", code=twice[0]))
    letters = {kind.value for kind in LaunchType}
    places = set(session.scalars(select(Region.code))) | set(session.scalars(select(Market.code)))
    # The built-in items name regions that a taxonomy may not have yet; those stay allowed.
    places |= {region for prompt in STANDARD for region in prompt.regions}
    for item in items:
        _check_item(item, letters, places)


def _check_item(item: ItemSpec, letters: set[str], places: set[str]) -> None:
    if not item.code or len(item.code) > 60 or not item.code.replace("_", "a").isalnum():
        raise Invalid.at(
            "code", _("Name each item in letters, digits and _, at most 60 characters.")
        )
    _check_texts(item)
    if item.severity not in SEVERITIES:
        raise Invalid.at("severity", _("Choose blocker, approvable or info."))
    if set(item.types) - letters:
        raise Invalid.at("types", _("Launch types are %(all)s.", all=", ".join(sorted(letters))))
    if unknown := sorted(set(item.regions) - places):
        raise Invalid.at("regions", _("Not in the taxonomy: %(codes)s.", codes=", ".join(unknown)))
    if item.max_tier not in (1, 2, 3):
        raise Invalid.at("max_tier", _("A tier is 1, 2 or 3."))
    if item.bound_to is not None and item.bound_to not in BOUND_FACTS:
        raise Invalid.at("bound_to", _("%(fact)s is no fact that can answer.", fact=item.bound_to))
    if item.bound_to is not None and item.standing:
        raise Invalid.at(
            "bound_to",
            _("A fact or a standing attestation answers %(code)s, not both.", code=item.code),
        )
    if not 0 <= item.due_days <= 250:
        raise Invalid.at("due_days", _("Give 0 to 250 working days."))


def _check_texts(item: ItemSpec) -> None:
    if not item.text.strip() or len(item.text) > 1000:
        raise Invalid.at(
            "text", _("Give %(code)s a text of at most 1,000 characters.", code=item.code)
        )
    if len(item.source) > 200:
        raise Invalid.at("source", _("Shorten the source to 200 characters."))
    for name, words in (("text", item.text), ("source", item.source)):
        if found := forbidden_character(words):
            raise Invalid.at(
                name,
                _(
                    "%(code)s holds the character %(found)s, which cannot be stored. Remove it.",
                    code=item.code,
                    found=found,
                ),
            )


def store_version(
    session: Session,
    actor: Asker | None,
    items: Sequence[ItemSpec],
    *,
    based_on: int,
    title: str | None = None,
    code: str = STANDARD_CODE,
) -> ChecklistTemplate:
    """Store an edited checklist as the next version, for new launches; running ones keep theirs.

    ``based_on`` is the version the edit began with; Conflict if another was stored meanwhile.
    """
    newest = active_template(session, code)
    if newest is None:
        raise NotFound(_("There is no such checklist."))
    if newest.version != based_on:
        raise Conflict(
            _("Version %(n)s was stored meanwhile. Begin again from it.", n=newest.version)
        )
    _check(session, items)
    highest = session.scalar(
        select(func.max(ChecklistTemplate.version)).where(ChecklistTemplate.code == code)
    )
    newest.active = False
    record(session, actor_id(actor), newest, "template.replaced")
    name = (title or newest.title).strip()[:200]
    return _store(session, actor, code, (highest or 0) + 1, name, items)


@dataclass(frozen=True)
class Affected:
    """A running launch whose checklist differs from a set of items."""

    launch_id: int
    title: str
    difference: Difference


def preview(
    session: Session, actor: Asker | None, items: Sequence[ItemSpec]
) -> tuple[list[Affected], int]:
    """Return the running launches the items would change, and how many more the actor may not see.

    Three statements for any number of launches.
    """
    query = select(Launch.id, Launch.title, Launch.type, Launch.tier).where(
        Launch.state.not_in([state.value for state in ENDED])
    )
    seen = {row.id for row in session.execute(visible(select(Launch.id), actor))}
    markets: dict[int, dict[str, str | None]] = {}
    places = (
        select(LaunchCell.launch_id, LaunchCell.market_code, Market.region_code)
        .join(Market, Market.code == LaunchCell.market_code)
        .distinct()
    )
    for launch_id, market, region in session.execute(places):
        markets.setdefault(launch_id, {})[market] = region
    present: dict[int, list[tuple[str, object]]] = {}
    rows = select(ChecklistItem.launch_id, ChecklistItem.code, ChecklistItem.text).where(
        ChecklistItem.template_item_id.is_not(None)
    )
    for launch_id, code, text in session.execute(rows):
        present.setdefault(launch_id, []).append((code, text))
    found: list[Affected] = []
    hidden = 0
    for row in session.execute(query.order_by(Launch.id)):
        regions = markets.get(row.id, {})
        wanted = applicable(items, profile(row.type, row.tier, regions, regions))
        change = difference([(i.code, i.text) for i in wanted], present.get(row.id, []))
        if change and row.id in seen:
            found.append(Affected(row.id, row.title, change))
        elif change:
            hidden += 1
    return found, hidden
