from datetime import timedelta

from tranche_provider.arguments import flags


def test_values_become_words():
    assert flags(max_count=4, job="a b") == ["--max-count", "4", "--job", "a b"]


def test_what_is_not_given_is_left_out():
    assert flags(campaign=None, follow=False, max_weight="", output=[]) == []


def test_zero_is_a_value():
    assert flags(empty_exit_code=0) == ["--empty-exit-code", "0"]


def test_a_switch_stands_alone():
    assert flags(items0=True) == ["--items0"]


def test_a_list_repeats_the_flag():
    assert flags(output=["a=1", "b=2"]) == ["--output", "a=1", "--output", "b=2"]


def test_a_timedelta_is_a_duration():
    assert flags(timeout=timedelta(minutes=1, milliseconds=5)) == ["--timeout", "60005ms"]
