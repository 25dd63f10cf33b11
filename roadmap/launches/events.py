"""What higher rooms hear from launches."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LaunchCreated:
    """A launch was stored with its phases, scope and links."""

    launch_id: int
    actor_id: int | None


@dataclass(frozen=True)
class LaunchChanged:
    """Something of a launch changed; ``what`` is the action as the history names it.

    ``committed`` says that it has, or had until now, a place in the order of commitment: what it
    takes from others may have changed.
    """

    launch_id: int
    actor_id: int | None
    what: str
    committed: bool = True


@dataclass(frozen=True)
class LaunchCommits:
    """Somebody commits a launch's date: who holds it back raises; nothing has changed yet."""

    launch_id: int


@dataclass(frozen=True)
class PhaseGoesLive:
    """Somebody takes a phase live: who holds it back raises; nothing has changed yet."""

    launch_id: int
    position: int


@dataclass(frozen=True)
class ForecastRemoved:
    """A forecast is about to be removed: who holds parts of it removes them first."""

    forecast_id: int
