"""What the tests of time rely on: slow work is told from work that a busy machine held up."""

import time

from tests.pace import grows_with_length, within


def test_work_that_grows_with_the_square_is_told_from_work_that_grows_with_the_length() -> None:
    assert grows_with_length(lambda text: sum(1 for _ in text), "ab", 20_000)
    assert not grows_with_length(
        lambda text: [0 for n in range(len(text)) for _ in range(n)], "ab", 300
    )


def test_work_that_is_slow_each_time_is_too_long_and_one_slow_try_is_not() -> None:
    tries: list[int] = []

    def turn(_seconds: float) -> None:
        began = time.thread_time()
        while time.thread_time() - began < _seconds:
            pass

    def first_is_slow() -> None:
        tries.append(1)
        turn(0.03 if len(tries) == 1 else 0)

    assert within(0.02, first_is_slow)
    assert len(tries) == 2
    assert not within(0.002, lambda: turn(0.004))
