"""The frameworks every installation starts with, and their rubrics."""

from roadmap.scoring.frameworks import (
    ICE_VARIANTS,
    Criterion,
    FrameworkDef,
    IceVariant,
    Level,
    Method,
)
from roadmap.wording import N_

_EFFORT = Criterion(
    "effort",
    N_("Effort"),
    direction="less",
    rubric=(
        Level(None, N_("Working weeks of one person, all teams together, testing included.")),
        Level(None, N_("Above 0. Leave it empty until the team has given a number.")),
    ),
)

_RICE = FrameworkDef(
    "rice",
    1,
    N_("RICE"),
    Method.RICE,
    (
        Criterion(
            "reach",
            N_("Reach"),
            low=0,
            rubric=(
                Level(None, N_("Items, sellers or reviewers touched in one quarter, as counted.")),
                Level(None, N_("Use the same unit for every requirement you compare.")),
            ),
        ),
        Criterion(
            "impact",
            N_("Impact"),
            scale=(3, 2, 1, 0.5, 0.25),
            rubric=(
                Level(3, N_("Massive: the problem is gone for those it reaches.")),
                Level(2, N_("High: most of the harm or the work is gone.")),
                Level(1, N_("Medium: a clear difference that a measure would show.")),
                Level(0.5, N_("Low: noticed by some.")),
                Level(0.25, N_("Minimal: barely noticed.")),
            ),
        ),
        Criterion(
            "confidence",
            N_("Confidence"),
            scale=(1, 0.8, 0.5),
            rubric=(
                Level(1, N_("High: reach and impact are measured.")),
                Level(0.8, N_("Medium: one is measured, the other well argued.")),
                Level(0.5, N_("Low: an informed guess.")),
            ),
        ),
        _EFFORT,
    ),
)

_WSJF = FrameworkDef(
    "wsjf",
    1,
    N_("WSJF"),
    Method.WSJF,
    (
        Criterion(
            "business_value",
            N_("Business value"),
            low=0,
            high=100,
            rubric=(
                Level(1, N_("The least valuable requirement of the list: the yardstick.")),
                Level(5, N_("Five times as valuable as the yardstick.")),
                Level(20, N_("Changes what buyers and sellers can rely on.")),
            ),
        ),
        Criterion(
            "time_criticality",
            N_("Time criticality"),
            low=0,
            high=100,
            rubric=(
                Level(1, N_("Worth as much in a year as now.")),
                Level(5, N_("Loses value every month.")),
                Level(20, N_("A fixed date, such as a law or a market opening, after it nothing.")),
            ),
        ),
        Criterion(
            "risk_reduction",
            N_("Risk reduction or opportunity"),
            low=0,
            high=100,
            rubric=(
                Level(1, N_("Neither lowers a risk nor opens a way.")),
                Level(5, N_("Lowers a known risk, or makes a later launch possible.")),
                Level(20, N_("Removes a risk that could stop a market.")),
            ),
        ),
        Criterion(
            "job_size",
            N_("Job size"),
            direction="less",
            rubric=(
                Level(1, N_("The smallest job of the list: the yardstick.")),
                Level(None, N_("Others relative to it. Above 0.")),
            ),
        ),
    ),
)

_CD3 = FrameworkDef(
    "cd3",
    1,
    N_("CD3, cost of delay by duration"),
    Method.CD3,
    (
        Criterion(
            "cost_of_delay",
            N_("Cost of delay"),
            low=0,
            rubric=(
                Level(None, N_("What one week later costs: harm, fines, reviewer hours, sales.")),
                Level(None, N_("One currency or unit for the whole list.")),
            ),
        ),
        Criterion(
            "duration",
            N_("Duration"),
            direction="less",
            rubric=(Level(None, N_("Weeks from start to live, waiting included. Above 0.")),),
        ),
    ),
)


def _ice(variant: IceVariant, name: str) -> FrameworkDef:
    criteria = (
        Criterion(
            "impact",
            N_("Impact"),
            low=1,
            high=10,
            rubric=(
                Level(1, N_("Hardly any difference.")),
                Level(5, N_("A difference the weekly figures show.")),
                Level(10, N_("The largest we can imagine this year.")),
            ),
        ),
        Criterion(
            "confidence",
            N_("Confidence"),
            low=1,
            high=10,
            rubric=(
                Level(1, N_("A hunch.")),
                Level(5, N_("Similar work helped elsewhere.")),
                Level(10, N_("Measured here, in a trial.")),
            ),
        ),
        Criterion(
            "ease",
            N_("Ease"),
            low=1,
            high=10,
            rubric=(
                Level(1, N_("Several teams for a quarter.")),
                Level(5, N_("One team for a few weeks.")),
                Level(10, N_("One person within days.")),
            ),
        ),
    )
    return FrameworkDef(
        f"ice_{variant}", 1, name, Method.ICE, criteria, params={"variant": variant}
    )


_ICE_NAMES = {
    "product": N_("ICE, multiplied"),
    "mean": N_("ICE, averaged"),
    "sum": N_("ICE, added"),
}

_MODERATION_VALUE = FrameworkDef(
    "moderation_value",
    1,
    N_("Moderation value"),
    Method.WEIGHTED,
    (
        Criterion(
            "harm_prevented",
            N_("Harm prevented"),
            low=0,
            high=10,
            weight=0.35,
            rubric=(
                Level(0, N_("No violating item is caught that is missed today.")),
                Level(5, N_("Fewer violating items of a policy area stay up.")),
                Level(10, N_("Stops harm to people, such as unsafe goods or harm to minors.")),
            ),
        ),
        Criterion(
            "seller_fairness",
            N_("Fairness to sellers"),
            low=-10,
            high=10,
            weight=0.2,
            rubric=(
                Level(-10, N_("Many more honest sellers are blocked by mistake.")),
                Level(0, N_("Honest sellers notice nothing.")),
                Level(10, N_("Ends a known cause of wrongful actions.")),
            ),
        ),
        Criterion(
            "reviewer_hours",
            N_("Reviewer hours saved"),
            weight=0.2,
            rubric=(Level(None, N_("Per week, all sites; negative if it adds work.")),),
        ),
        Criterion(
            "obligation",
            N_("Obligation"),
            scale=(0, 5, 10),
            weight=0.15,
            rubric=(
                Level(0, N_("Nobody requires it.")),
                Level(5, N_("Promised to a regulator or a partner.")),
                Level(10, N_("The law requires it by a date.")),
            ),
        ),
        Criterion("effort", N_("Effort"), direction="less", weight=0.1, rubric=_EFFORT.rubric),
    ),
)

BUILT_IN: tuple[FrameworkDef, ...] = (
    _RICE,
    _WSJF,
    _CD3,
    *(_ice(variant, _ICE_NAMES[variant]) for variant in ICE_VARIANTS),
    _MODERATION_VALUE,
)
