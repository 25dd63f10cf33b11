"""The benchmark of the portfolio still runs, on a small one."""

import pytest

from benchmarks.capacity import main


def test_a_small_portfolio_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    main(runs=1, queues=6, launches=4)
    said = capsys.readouterr().out
    assert "6 queues, 4 launches" in said
    assert "median" in said
    assert "peak memory" in said
