"""Measurements: every week each mechanism is measured in its slices, batch by batch."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from benchmarks.bulk import Loader
from benchmarks.organisation.ground import Ground, draw_for
from benchmarks.organisation.mechanisms import Registry
from roadmap.mechanisms.kinds import HUMAN_KINDS, LabelSource, Metric, Sampling
from roadmap.mechanisms.models import Measurement, MeasurementBatch, MeasurementVoid

Row = dict[str, Any]
_AUTOMATED = (Metric.PRECISION, Metric.RECALL)
_HUMAN = (Metric.QA_ACCURACY, Metric.OVERTURN_RATE)
# Mechanisms whose rows arrive together.
_GROUP = 100


class _Measurements:
    def __init__(self, ground: Ground, registry: Registry) -> None:
        self.ground, self.registry, self.sizes = ground, registry, ground.sizes
        self.draw = draw_for("measurements", ground.sizes)
        # (measurement, mechanism) of rows that are taken out of count.
        self.voided: list[tuple[int, int]] = []
        each_week = sum(2 * len(slices) for slices in registry.slices.values())
        self.groups = -(-len(registry.kinds) // _GROUP)
        self.weeks = -(-self.sizes.measurements // each_week)

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order of their arrival, oldest week first."""
        count = 0
        for age in range(self.weeks, 0, -1):
            for row in self._week(age):
                count += 1
                yield row | {"id": count}
                if count % 400 == 0:
                    self.voided.append((count, row["mechanism_id"]))
                if count == self.sizes.measurements:
                    return

    def _week(self, age: int) -> Iterator[Row]:
        draw, registry = self.draw, self.registry
        end = self.sizes.monday - timedelta(days=7 * age - 6)
        arrived = self._arrived(age)
        first = (self.weeks - age) * self.groups + 1
        for number, kind in registry.kinds.items():
            human = kind in HUMAN_KINDS
            # Configurations change every half year; the newest is the one that runs.
            behind = min(2, age // 26)
            for tongue, area in registry.slices[number]:
                for metric in _HUMAN if human else _AUTOMATED:
                    found, labelled = _numbers(draw, metric)
                    yield {
                        "batch_id": first + (number - 1) // _GROUP,
                        "mechanism_id": number,
                        "configuration_id": None if human else registry.running(number) - behind,
                        "policy_version_id": self.ground.in_force[area] if human else None,
                        "language_code": tongue,
                        "policy_area_code": area,
                        "metric": metric,
                        "numerator": found,
                        "denominator": labelled,
                        "window_start": end - timedelta(days=6),
                        "window_end": end,
                        "sampling": Sampling.RANDOM,
                        "label_source": LabelSource.QA if human else LabelSource.HUMAN,
                        "source": "weekly sample",
                        "observed_at": arrived,
                        "recorded_at": arrived,
                    }

    def batches(self) -> Iterator[Row]:
        """Yield the batches of all weeks, oldest first."""
        for age in range(self.weeks, 0, -1):
            for group in range(self.groups):
                yield {
                    "id": (self.weeks - age) * self.groups + group + 1,
                    "source": "weekly sample",
                    "recorded_at": self._arrived(age),
                    "recorded_by": 1,
                }

    def _arrived(self, age: int) -> datetime:
        return self.sizes.now - timedelta(days=7 * (age - 1), hours=2)


def _numbers(draw: Random, metric: Metric) -> tuple[int, int]:
    """Return (numerator, denominator); most are good, some thin, some bad."""
    fate = draw.random()
    labelled = 20 if fate > 0.96 else 350 + int(fate * 100)
    good = 0.975 if fate > 0.04 else 0.8
    share = 1 - good if metric is Metric.OVERTURN_RATE else good
    return round(labelled * share), labelled


def load(loader: Loader, ground: Ground, registry: Registry) -> None:
    """Write the measurements with their batches, and void one in 400."""
    drawn = _Measurements(ground, registry)
    loader.add(MeasurementBatch, drawn.batches())
    loader.add(Measurement, drawn.rows())
    loader.add(
        MeasurementVoid,
        (
            {
                "id": number,
                "measurement_id": measurement,
                "mechanism_id": mechanism,
                "reason": "Labelled under the wrong guideline.",
                "voided_at": drawn.sizes.now,
                "voided_by": 1,
            }
            for number, (measurement, mechanism) in enumerate(drawn.voided, 1)
        ),
    )
