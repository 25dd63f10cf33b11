"""The templates of sentences about capacity, outages, harm and money."""

from collections.abc import Callable, Mapping

from roadmap.readiness.answers import Code
from roadmap.wording import N_

_QUEUES = (Code.CAP_OVERLOAD, Code.CAP_SLA, Code.CAP_SHARED, Code.APPEAL_CAP)
_UNKNOWN = {
    "no_capacity": N_("Nobody knows what %(queue)s can take: it has no roster and no throughput."),
    "no_handling": N_("Nobody knows how long an item takes on %(queue)s."),
    "no_base": N_("Nobody knows what %(queue)s has to do already."),
    "no_forecast": N_("Without a weekly volume nobody knows what %(queue)s gets."),
    "no_date": N_("Without a date nobody knows when %(queue)s gets this."),
    "beyond_horizon": N_("The phase starts beyond the 26 weeks %(queue)s is planned for."),
    "no_rates": N_("A step of the route to %(queue)s has no rates."),
    "no_prevalence": N_("The route to %(queue)s needs the violating share of the items."),
    "contradiction": N_("The rates of the route to %(queue)s contradict each other."),
    "no_route": N_("Without a route nobody knows how many appeals reach %(queue)s."),
    "stale_count": N_(
        "What waits in %(queue)s was last counted on %(counted_on)s: %(waiting)s items."
    ),
    "break_even": N_(
        "%(queue)s carries half the likely volume but not twice: it is full at %(break_even)s "
        "items a week."
    ),
}

SAYS: Mapping[tuple[str, str], str] = {
    **{(code, why): text for code in _QUEUES for why, text in _UNKNOWN.items()},
    **{
        (code, "high"): N_("%(queue)s is %(together)s full at most, %(high)s at the high forecast.")
        for code in _QUEUES
    },
    **{(code, ""): N_("%(queue)s is %(together)s full at most.") for code in _QUEUES},
    (Code.CAP_OVERLOAD, "no_links"): N_("No mechanism is linked, so no load is known."),
    (Code.CAP_OVERLOAD, "not_judged"): N_("The queues of this phase have not been judged."),
    (Code.CAP_OVERLOAD, "nobody"): N_("No linked mechanism gives items to people."),
    (Code.CAP_OVERLOAD, "fails"): N_(
        "%(queue)s is %(together)s full in the week of %(peak_on)s: the backlog never clears."
    ),
    (Code.CAP_OVERLOAD, "before"): N_(
        "%(queue)s is %(together)s full in the week of %(peak_on)s, and over its limit without "
        "this launch too."
    ),
    (Code.CAP_OVERLOAD, "at_high"): N_(
        "%(queue)s is %(together)s full, but %(high)s at the high forecast; it is full at "
        "%(break_even)s items a week."
    ),
    (Code.CAP_SLA, "fails"): N_(
        "%(queue)s decides %(met)s within %(sla_hours)s in its worst week, promised %(promised)s: "
        "backlog %(backlog)s, longest wait %(longest)s h, clear on %(clear_on)s; %(needed)s a day "
        "would keep it."
    ),
    (Code.CAP_SLA, "expires"): N_(
        "%(queue)s decides %(met)s within %(sla_hours)s in its worst week, promised %(promised)s; "
        "%(expired)s expire before anybody looks."
    ),
    (Code.CAP_SLA, "before"): N_(
        "%(queue)s decides %(met)s within %(sla_hours)s in its worst week, promised %(promised)s, "
        "without this launch too: backlog %(backlog)s, longest wait %(longest)s h, clear on "
        "%(clear_on)s; %(needed)s a day would keep it."
    ),
    (Code.CAP_SLA, "at_high"): N_(
        "At the high forecast %(queue)s misses its SLA; it holds up to %(break_even)s items a week."
    ),
    (Code.CAP_SHARED, "fails"): N_(
        "%(queue)s is %(together)s full in the week of %(peak_on)s with %(beside)s, %(alone)s "
        "alone."
    ),
    (Code.CAP_SHARED, "before"): N_(
        "%(queue)s is %(together)s full in the week of %(peak_on)s with %(beside)s, %(alone)s "
        "alone."
    ),
    (Code.CAP_SHARED, "at_high"): N_(
        "At the high forecast %(queue)s is %(high)s full with %(beside)s; alone it would hold."
    ),
    (Code.APPEAL_CAP, "fails"): N_(
        "Appeals fill %(queue)s to %(together)s in the week of %(peak_on)s."
    ),
    (Code.APPEAL_CAP, "before"): N_(
        "Appeals fill %(queue)s to %(together)s in the week of %(peak_on)s, and over its limit "
        "without this launch too."
    ),
    (Code.APPEAL_CAP, "at_high"): N_(
        "Appeals fill %(queue)s to %(together)s, but to %(high)s at the high forecast."
    ),
    (Code.CAP_SKILL, "carries"): N_("%(queue)s has enough people for each of its languages."),
    (Code.CAP_SKILL, "short"): N_(
        "%(queue)s lacks %(short)s h a week in %(languages)s: %(demand)s h wanted, %(capacity)s h "
        "by certified people who may see these markets."
    ),
    (Code.FALLBACK, "clears"): N_(
        "%(mechanism)s off for %(hours)s h at peak: %(items)s items to people, clear after "
        "%(days)s days."
    ),
    (Code.FALLBACK, "held"): N_("%(mechanism)s holds its items while it is off; none goes live."),
    (Code.FALLBACK, "slow"): N_(
        "%(mechanism)s off for %(hours)s h at peak: %(items)s items to people, %(days)s days to "
        "clear, allowed %(within)s h."
    ),
    (Code.FALLBACK, "never"): N_(
        "%(mechanism)s off for %(hours)s h at peak: %(items)s items to people, who never catch up."
    ),
    (Code.FALLBACK, "open"): N_(
        "%(mechanism)s off for %(hours)s h at peak publishes %(live)s items unseen, %(violating)s "
        "of them violating."
    ),
    (Code.FALLBACK, "below"): N_(
        "%(mechanism)s gets %(peak)s items a minute at peak, its quota is %(quota)s."
    ),
    (Code.FALLBACK, "waits"): N_(
        "%(mechanism)s gets %(peak)s items a minute at peak, its quota is %(quota)s: items wait up "
        "to %(minutes)s min, allowed %(hold)s."
    ),
    (Code.FALLBACK, "long"): N_(
        "%(mechanism)s gets %(peak)s items a minute at peak, its quota is %(quota)s: %(items)s "
        "wait, up to %(minutes)s min, allowed %(hold)s."
    ),
    (Code.FALLBACK, "grows"): N_(
        "%(mechanism)s gets more than its quota of %(quota)s items a minute in every week: the "
        "line never clears."
    ),
    (Code.FALLBACK, "quota_open"): N_(
        "%(mechanism)s gets %(peak)s items a minute at peak, its quota is %(quota)s: %(live)s a "
        "week are published unseen."
    ),
    (Code.FALLBACK, "no_quota_mode"): N_(
        "%(mechanism)s gets %(peak)s items a minute at peak, its quota is %(quota)s, and nobody "
        "stated what happens above it."
    ),
    (Code.FALLBACK, "no_hold"): N_(
        "%(mechanism)s gets %(peak)s items a minute at peak, its quota is %(quota)s: items wait, "
        "and nobody stated how long they may."
    ),
    (Code.FALLBACK, "no_fail_mode"): N_("Nobody stated what happens when %(mechanism)s is off."),
    **{
        (Code.FALLBACK, why): N_("What an outage of %(mechanism)s does is not known.")
        for why in (*_UNKNOWN, "no_queue")
        if why != "break_even"
    },
    (Code.COST_OVER, "within"): N_("Cost is %(used)s of the budget of %(budget)s."),
    (Code.COST_OVER, "over"): N_("Cost %(cost)s is %(used)s of the budget of %(budget)s."),
    (Code.COST_OVER, "range"): N_(
        "Cost is within the budget of %(budget)s at half the likely volume, not at twice."
    ),
    (Code.COST_OVER, "currency"): N_(
        "Prices and budget are in different currencies, so the cost is not known."
    ),
    (Code.COST_OVER, "no_rate"): N_("A queue has no rate an hour and no price an item."),
    **{
        (Code.COST_OVER, why): N_("The cost is not known: the volume or the route is missing.")
        for why in ("no_forecast", "no_rates", "no_prevalence", "contradiction")
    },
    (Code.SELLER_HARM, "within"): N_(
        "%(per_thousand)s wrongful actions per 1,000 sellers a week, limit %(limit)s."
    ),
    (Code.SELLER_HARM, "over"): N_(
        "%(wrongful)s wrongful actions a week: %(per_thousand)s per 1,000 sellers, limit %(limit)s."
    ),
    (Code.SELLER_HARM, "range"): N_(
        "Wrongful actions stay within %(limit)s per 1,000 sellers at half the likely volume, not "
        "at twice."
    ),
    (Code.SELLER_HARM, "no_sellers"): N_("The number of active sellers is not stated."),
    **{
        (Code.SELLER_HARM, why): N_(
            "Wrongful actions are not known: the volume or the route is missing."
        )
        for why in ("no_forecast", "no_route", "no_rates", "no_prevalence", "contradiction")
    },
}

# Changes that are each enough, at the start of a sentence and after "or".
REMEDIES: Mapping[str, tuple[str, str]] = {
    "share": (
        N_("Start at %(fit_share)s of the traffic"),
        N_("start at %(fit_share)s of the traffic"),
    ),
    "volume": (
        N_("Bring at most %(fit_volume)s items a week"),
        N_("bring at most %(fit_volume)s items a week"),
    ),
    "swept": (
        N_("Sweep so that at most %(fit_swept)s items reach %(queue)s"),
        N_("sweep so that at most %(fit_swept)s items reach %(queue)s"),
    ),
    "heads": (N_("Add %(heads)s heads to %(queue)s"), N_("add %(heads)s heads to %(queue)s")),
    "heads_one": (N_("Add one head to %(queue)s"), N_("add one head to %(queue)s")),
    "shift_heads": (
        N_("Add %(shift_heads)s heads to %(queue)s from %(shift)s"),
        N_("add %(shift_heads)s heads to %(queue)s from %(shift)s"),
    ),
    "shift_heads_one": (
        N_("Add one head to %(queue)s from %(shift)s"),
        N_("add one head to %(queue)s from %(shift)s"),
    ),
    "move_heads": (
        N_("Move %(moved)s heads of %(queue)s from %(from_shift)s to %(to_shift)s"),
        N_("move %(moved)s heads of %(queue)s from %(from_shift)s to %(to_shift)s"),
    ),
    "move_heads_one": (
        N_("Move one head of %(queue)s from %(from_shift)s to %(to_shift)s"),
        N_("move one head of %(queue)s from %(from_shift)s to %(to_shift)s"),
    ),
    "handling": (
        N_("Bring handling down to %(seconds)s s an item"),
        N_("bring handling down to %(seconds)s s an item"),
    ),
    "date": (N_("Start on %(fit_date)s"), N_("start on %(fit_date)s")),
}
# Before the names of one or two of those.
ENOUGH = "capacity:"


def remedies_template(fix: str, translate: Callable[[str], str]) -> str | None:
    """Return the sentence of one or two changes that are each enough; None for another fix."""
    if not fix.startswith(ENOUGH):
        return None
    first, *other = fix.removeprefix(ENOUGH).split(",")
    begin = translate(REMEDIES[first][0])
    if not other:
        return begin + "."
    return f"{begin}, {translate(N_('or'))} {translate(REMEDIES[other[0]][1])}."


FIXES: Mapping[str, str] = {
    "capacity": N_("Ask the owner of %(queue)s what can be done: it is over its limit already."),
    "capacity_no_capacity": N_("Enter the roster of %(queue)s, or its decisions a day."),
    "capacity_no_handling": N_("Enter the handling time of %(queue)s."),
    "capacity_no_base": N_("Enter what %(queue)s gets today; 0 if nothing."),
    "capacity_no_forecast": N_("Enter one number: the likely items a week."),
    "capacity_no_date": N_("Give the phase a date."),
    "capacity_beyond_horizon": N_("Look again nearer to the date."),
    "capacity_no_rates": N_("Enter recall and precision of each step of the route."),
    "capacity_no_prevalence": N_("Enter the violating share of the forecast's items."),
    "capacity_contradiction": N_("Measure the rates of the route on the same items."),
    "capacity_no_route": N_("Describe the route of the items step by step."),
    "capacity_stale_count": N_("Count what waits in %(queue)s and enter it."),
    "capacity_break_even": N_(
        "Give a low and a high volume; up to %(break_even)s items a week are carried."
    ),
    "capacity_skill": N_("Certify or add %(heads)s people who review %(languages)s."),
    "fallback_slow": N_("Give %(mechanism)s a shorter outage, its queue more people, or a waiver."),
    "fallback_never": N_("Give the queue of %(mechanism)s spare time, or ask for a waiver."),
    "fallback_open": N_("Let %(mechanism)s fail closed, or ask for a waiver."),
    "fallback_long": N_(
        "Raise the quota of %(mechanism)s to %(peak)s a minute, or ask for a waiver."
    ),
    "fallback_grows": N_("Raise the quota of %(mechanism)s, or ask for a waiver."),
    "fallback_quota_open": N_(
        "Let %(mechanism)s hold what is above its quota, raise it to %(peak)s, or ask for a waiver."
    ),
    "fallback_no_quota_mode": N_("State what %(mechanism)s does above its quota."),
    "fallback_no_hold": N_("State how many minutes an item of %(mechanism)s may wait."),
    "fallback_no_fail_mode": N_("State what happens when %(mechanism)s is off."),
    "fallback_no_queue": N_("Name the queue %(mechanism)s sends its items to."),
    **{
        f"fallback_{why}": N_("Complete volume, route and queue of %(mechanism)s.")
        for why in _UNKNOWN
        if why != "break_even"
    },
    "cost_over": N_("Save %(over)s, raise the budget, or ask Finance for a waiver."),
    "cost_range": N_("Give a low and a high volume."),
    "cost_currency": N_("State budget and prices in one currency."),
    "cost_no_rate": N_("Enter the rate of a paid hour, or the price of an item, of each queue."),
    **{
        f"cost_{why}": N_("Complete the volume and the route.")
        for why in ("no_forecast", "no_rates", "no_prevalence", "contradiction")
    },
    "harm_over": N_("Raise precision, or ask for a waiver with what sellers are offered."),
    "harm_range": N_("Give a low and a high volume."),
    "harm_no_sellers": N_("Enter the number of active sellers."),
    **{
        f"harm_{why}": N_("Complete the volume and the route.")
        for why in ("no_forecast", "no_route", "no_rates", "no_prevalence", "contradiction")
    },
}
