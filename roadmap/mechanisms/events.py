"""What higher rooms hear from the mechanisms room."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MechanismChanged:
    """A mechanism's record, stage, configuration, coverage or staffing changed."""

    mechanism_id: int


@dataclass(frozen=True)
class EvidenceArrived:
    """A batch of measurements was recorded; one event for all the mechanisms it speaks of."""

    mechanism_ids: tuple[int, ...]


@dataclass(frozen=True)
class EvidenceChanged:
    """A measurement was voided, or certified people of a mechanism changed."""

    mechanism_id: int
