from crm.spark import limits, share, spark


def test_spark_of_an_open_period_ends_hollow_and_dashed():
    drawing = spark([3, 2, 3, 2, 3, 2, 1], provisional=True)
    assert drawing.last is None
    assert drawing.open == (100.0, 28.9)
    assert drawing.dashed.endswith("L100.0,28.9")
    assert drawing.line.count("L") == 5


def test_spark_marks_a_point_outside_its_limits_by_direction():
    calm = [2.6, 2.9, 2.7, 2.8, 2.6, 2.9, 2.7, 2.8]
    worse = spark([*calm, 9, *calm], direction="lower").outside
    better = spark([*calm, 9, *calm], direction="higher").outside
    assert [tone for _x, _y, tone in worse] == ["bad"]
    assert [tone for _x, _y, tone in better] == ["good"]


def test_spark_keeps_gaps_open():
    assert spark([1, None, 2, 3]).line.count("M") == 2


def test_spark_of_nothing_or_of_one_level_does_not_fail():
    assert spark([]) is None
    assert spark([None, 3]) is None
    assert spark([5, 5, 5]).last is not None


def test_limits_need_five_values():
    assert limits([1, 2, 3, 4]) is None
    assert limits([2, 2, 2, 2, 2]) == (2, 2, 2)


def test_share_stays_on_the_scale():
    assert [share(value, 0, 20) for value in (-5, 5, 50, None)] == [0, 25, 100, None]
