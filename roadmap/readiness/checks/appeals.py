"""APPEAL_PATH: where anything is acted on, people must be able to appeal to people (DSA 20(6))."""

from collections.abc import Iterator, Sequence

from roadmap.mechanisms.bounds import Answer as Says
from roadmap.mechanisms.coverage import active, staffed_on
from roadmap.mechanisms.facts import MechanismFact
from roadmap.mechanisms.kinds import MechanismKind, Metric
from roadmap.readiness.answers import Answer, Code, Params, Status, Value, after, pack, unknown
from roadmap.readiness.checks.mechanisms import finding_for, slices
from roadmap.readiness.context import Context
from roadmap.readiness.facts import Severity
from roadmap.taxonomy.scope import ScopeCell, covers


def _wrongful(ctx: Context, cells: Sequence[ScopeCell]) -> tuple[float, float, float] | None:
    """Return weekly automatic actions, precision and wrongful actions, as far as they are known.

    Each link counts at its worst measured slice, so the number of wrongful actions is a ceiling.
    """
    actions = wrongful = 0.0
    for link in ctx.links:
        mechanism = ctx.mechanisms.get(link.mechanism_id)
        if mechanism is None or link.auto_actions_per_week is None or not mechanism.automated:
            continue
        if not any(cell in cells for cell in ctx.cells_of(link)):
            continue
        shares: list[float] = []
        for target in link.targets:
            if target.metric is not Metric.PRECISION:
                continue
            for one in slices(ctx, link, target):
                found = finding_for(ctx, mechanism, target, one)[1]
                if found.interval is not None and found.answer is not Says.UNKNOWN:
                    shares.append(found.interval.share)
        if shares:
            actions += link.auto_actions_per_week
            wrongful += link.auto_actions_per_week * (1 - min(shares))
    return (actions, 1 - wrongful / actions, wrongful) if actions else None


def _queues(ctx: Context, cell: ScopeCell) -> list[MechanismFact]:
    """Return the appeals queues of people that declare a cell; nothing automated can be one."""
    return [
        m
        for m in ctx.mechanisms.values()
        if m.kind is MechanismKind.APPEALS_QUEUE
        and not m.automated_only
        and any(covers(p, cell) for p in m.coverage)
    ]


def _obstacle(ctx: Context, cells: Sequence[ScopeCell]) -> tuple[str, MechanismFact | None]:
    """Name the smallest thing that keeps a path from being there, and the queue it concerns."""
    declared = {m.id: m for cell in cells for m in _queues(ctx, cell)}
    for _key, queue in sorted(declared.items()):
        if active(queue):
            return "unstaffed", queue
    if declared:
        return "inactive", declared[min(declared)]
    appealing = [
        ctx.mechanisms[link.mechanism_id]
        for link in ctx.links
        if link.role == "appeal" and link.mechanism_id in ctx.mechanisms
    ]
    return (
        "automated_only" if any(m.automated or m.automated_only for m in appealing) else "no_queue"
    ), None


def _facts(
    ctx: Context,
    market: str,
    surface: str,
    cells: Sequence[ScopeCell],
    missing: Sequence[ScopeCell],
) -> dict[str, Value]:
    values: dict[str, Value] = {
        "market": market,
        "surface": surface,
        "languages": ", ".join(sorted({c.language for c in missing or cells})),
    }
    harm = _wrongful(ctx, cells)
    if harm is not None:
        values["actions"], values["precision"], values["wrongful"] = harm
    return values


def check_appeals(ctx: Context) -> Iterator[Answer]:
    """Answer for every market and surface whether a staffed appeals queue serves all its cells."""
    if not ctx.cells:
        yield unknown(Code.APPEAL_PATH, "surfaces", "no_cells", "add_cells")
    groups: dict[tuple[str, str], list[ScopeCell]] = {}
    for cell in ctx.cells:
        groups.setdefault((cell.market, cell.surface), []).append(cell)
    for (market, surface), cells in sorted(groups.items()):
        until = []
        missing = []
        for cell in cells:
            ready = [q for q in _queues(ctx, cell) if active(q) and staffed_on(q, ctx.day)]
            if not ready:
                missing.append(cell)
            until.extend([max(q.staffed_until for q in ready if q.staffed_until)] if ready else [])
        values = _facts(ctx, market, surface, cells, missing)
        why, queue = _obstacle(ctx, missing) if missing else ("served", None)
        values["queue"] = queue.key if queue is not None else None
        params: Params = pack(values)
        harmed = "_harm" if missing and "wrongful" in values else ""
        yield Answer(
            code=Code.APPEAL_PATH,
            severity=Severity.BLOCKER,
            status=Status.FAIL if missing else Status.PASS,
            subject=f"surface:{market}/{surface}",
            question=f"appeal:{market}/{surface}",
            why=f"{why}{harmed}",
            scope=f"{market}/*/{surface}/*",
            params=params,
            fix=f"appeal_{why}" if missing else None,
            fix_params=params if missing else (),
            owner_id=queue.owner_id if queue is not None else None,
            valid_until=after(min(until)) if until and not missing else None,
        )
