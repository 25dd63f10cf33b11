"""COV_GAP and COV_LANG: every cell of the phase must be covered, in each of its languages."""

from collections.abc import Iterator

from roadmap.mechanisms.coverage import Candidate, CellCoverage, CellState, Obstacle, cover
from roadmap.mechanisms.facts import MechanismFact
from roadmap.readiness.answers import Answer, Code, Status, Value, after, pack, unknown
from roadmap.readiness.context import Context
from roadmap.readiness.facts import Severity
from roadmap.taxonomy.scope import ScopeCell, covers


def weekly_demand(ctx: Context, mechanism: MechanismFact) -> float | None:
    """Return the likely weekly items over the judged cells a mechanism declares.

    Every forecast that touches one of them counts in full; a cell without a forecast makes it None.
    """
    touched: dict[int, float] = {}
    for cell in ctx.served(mechanism):
        fitting = [f for f in ctx.facts.forecasts if covers(f.pattern, cell)]
        if not fitting:
            return None
        for forecast in fitting:
            if forecast.likely is None or not forecast.likely >= 0:
                return None
            touched[forecast.id] = forecast.likely
    return sum(touched.values()) if touched else None


def violating_per_day(ctx: Context, cell: ScopeCell) -> float | None:
    """Return the violating items a day forecast for exactly this cell, if prevalence is known."""
    for forecast in sorted(ctx.facts.forecasts, key=lambda f: f.id):
        exact = forecast.pattern.is_concrete and covers(forecast.pattern, cell)
        if exact and forecast.likely is not None and forecast.prevalence is not None:
            return forecast.likely * forecast.prevalence / 7
    return None


def _fix(ctx: Context, found: CellCoverage) -> tuple[str, dict[str, Value], Candidate | None]:
    best = next((c for c in found.candidates if c.obstacle is not Obstacle.KIND), None)
    if best is None:
        return "cover_add_mechanism", {"cell": str(found.cell)}, None
    mechanism = ctx.mechanisms[best.mechanism_id]
    queue = ctx.mechanisms.get(best.queue_id) if best.queue_id is not None else None
    values: dict[str, Value] = {
        "mechanism": mechanism.key,
        "queue": queue.key if queue is not None else None,
        "language": found.cell.language,
        "cell": str(found.cell),
    }
    obstacle = best.obstacle
    if obstacle is Obstacle.SHADOW:
        return ("cover_monitor" if best.queue_ready else "cover_monitor_and_queue"), values, best
    return f"cover_{obstacle}", values, best


def _gap(ctx: Context, found: CellCoverage, covered: int, code: Code) -> Answer:
    fix, values, best = _fix(ctx, found)
    total = len(ctx.cells)
    owner = ctx.mechanisms[best.mechanism_id].owner_id if best is not None else None
    is_unknown = found.state is CellState.UNKNOWN
    violating = violating_per_day(ctx, found.cell)
    why = "cap_unknown" if is_unknown else found.state.value
    return Answer(
        code=code,
        severity=Severity.BLOCKER,
        status=Status.UNKNOWN if is_unknown else Status.FAIL,
        subject=f"cell:{found.cell}",
        question=f"cell:{found.cell}",
        why=why if violating is None or is_unknown else f"{why}_violating",
        scope=str(found.cell),
        measured=covered / total,
        required=1.0,
        params=pack(
            {
                "cell": str(found.cell),
                "language": found.cell.language,
                "covered": covered,
                "total": total,
                "violating_per_day": violating,
                "mechanism": values.get("mechanism"),
            }
        ),
        fix=fix,
        fix_params=pack(values),
        owner_id=owner,
    )


def _covered(ctx: Context, found: CellCoverage) -> Answer:
    by = found.by
    mechanism = ctx.mechanisms[by.mechanism_id] if by is not None else None
    return Answer(
        code=Code.COV_GAP,
        severity=Severity.BLOCKER,
        status=Status.PASS,
        subject=f"cell:{found.cell}",
        question=f"cell:{found.cell}",
        scope=str(found.cell),
        params=pack({"cell": str(found.cell), "mechanism": mechanism.key if mechanism else None}),
        owner_id=mechanism.owner_id if mechanism else None,
        valid_until=after(by.until) if by is not None else None,
    )


def check_coverage(ctx: Context) -> Iterator[Answer]:
    """Answer for every judged cell; no cells at all is unknown."""
    if not ctx.cells:
        yield unknown(Code.COV_GAP, "cells", "no_cells", "add_cells")
        yield unknown(Code.COV_LANG, "languages", "no_cells", "add_cells")
        return
    found = cover(
        ctx.cells, tuple(ctx.mechanisms.values()), ctx.day, lambda m: weekly_demand(ctx, m)
    )
    good = [f.cell for f in found if f.state is CellState.COVERED]
    neighbours = {(c.market, c.surface, c.policy_area) for c in good}
    for one in found:
        if one.state is CellState.COVERED:
            yield _covered(ctx, one)
            continue
        cell = one.cell
        by_language = one.language_only or (
            (cell.market, cell.surface, cell.policy_area) in neighbours
        )
        yield _gap(ctx, one, len(good), Code.COV_LANG if by_language else Code.COV_GAP)
