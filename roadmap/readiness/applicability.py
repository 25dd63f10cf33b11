"""Which items of a checklist template a launch gets, by its type, markets and tier. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from roadmap.launches.kinds import LaunchType


class Item(Protocol):
    """The part of a template item that decides where it applies."""

    @property
    def code(self) -> str: ...

    @property
    def types(self) -> Collection[str]: ...

    @property
    def regions(self) -> Collection[str]: ...

    @property
    def max_tier(self) -> int: ...


Kind = TypeVar("Kind", bound=Item)


@dataclass(frozen=True, slots=True)
class Profile:
    """What of a launch its checklist depends on; `places` are its markets and their regions."""

    type: LaunchType
    tier: int
    places: frozenset[str]


def profile(
    type_: LaunchType, tier: int, markets: Iterable[str], region_of: Mapping[str, str | None]
) -> Profile:
    """Return the profile of a launch; a market counts by its own code and by its region."""
    codes = frozenset(markets)
    regions = frozenset(r for m in codes if (r := region_of.get(m)) is not None)
    return Profile(type_, tier, codes | regions)


def applies(item: Item, launch: Profile) -> bool:
    """Tell whether a launch gets an item; no types or no regions on the item means all of them.

    An item of a region is given to a launch without any market too: where it goes is not known, so
    nothing is taken off its list.
    """
    if launch.tier > item.max_tier:
        return False
    if item.types and launch.type.value not in item.types:
        return False
    return not item.regions or not launch.places or not launch.places.isdisjoint(item.regions)


def applicable(items: Iterable[Kind], launch: Profile) -> list[Kind]:
    """Return the items a launch gets, in their order."""
    return [item for item in items if applies(item, launch)]


@dataclass(frozen=True, slots=True)
class Difference:
    """What taking a template anew would add to a launch's checklist and take off it, by code."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.reworded)


def difference(
    wanted: Iterable[tuple[str, object]], present: Iterable[tuple[str, object]]
) -> Difference:
    """Compare (code, content) of the items a launch should have with those it has."""
    should, has = dict(wanted), dict(present)
    return Difference(
        added=tuple(code for code in should if code not in has),
        removed=tuple(code for code in has if code not in should),
        reworded=tuple(code for code in should if code in has and should[code] != has[code]),
    )
