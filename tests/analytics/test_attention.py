"""Who stands out: worse than chance explains, beside the others or beside its own past."""

from app.analytics.attention import MOST, Attention, Candidate, find_concerns


def _one(
    who: str, satisfied: int, n: int, before: tuple[int, int] = (0, 0), *, shown: bool = True, shown_before: bool = True
) -> Candidate[str]:
    return Candidate(who, n, satisfied, before[1], before[0], shown=shown, shown_before=shown_before)


def _find(*candidates: Candidate[str]) -> Attention[str]:
    return find_concerns(
        candidates, n=sum(one.n for one in candidates), satisfied=sum(one.satisfied for one in candidates)
    )


def test_an_office_clearly_below_the_others_is_named_with_theirs() -> None:
    found = _find(_one("bad", 40, 100), _one("good", 170, 200), _one("fine", 160, 200))
    (concern,) = found.concerns
    assert (concern.who, concern.value, concern.n) == ("bad", 0.4, 100)
    assert concern.others == 330 / 400
    assert concern.before is None
    assert found.not_distinguishable == 2


def test_an_office_that_fell_is_named_with_its_past() -> None:
    found = _find(_one("fell", 75, 100, (95, 100)), _one("same", 150, 200, (150, 200)))
    (concern,) = found.concerns
    assert (concern.who, concern.others, concern.before) == ("fell", None, 0.95)


def test_what_rose_or_is_better_is_nothing_to_look_at() -> None:
    assert _find(_one("rose", 85, 100, (50, 100)), _one("same", 160, 200, (160, 200))).concerns == ()


def test_a_few_answers_stand_out_of_nothing() -> None:
    found = _find(_one("few", 0, 29), _one("many", 900, 1000))
    assert found.concerns == ()
    assert found.too_few == 2  # nothing to hold the many against either


def test_a_hidden_one_is_not_named() -> None:
    found = _find(_one("hidden", 0, 50, shown=False), _one("many", 900, 1000))
    assert found.concerns == ()


def test_a_hidden_past_is_not_told() -> None:
    found = _find(_one("fell", 75, 100, (95, 100), shown_before=False), _one("same", 150, 200))
    assert found.concerns == ()


def test_offices_that_are_all_alike_are_not_told_apart() -> None:
    found = _find(*(_one(str(number), 80 + number % 5, 100) for number in range(200)))
    assert found.concerns == ()
    assert found.not_distinguishable == 200


def test_the_surest_come_first_and_the_rest_are_counted() -> None:
    bad = [_one(f"bad {number}", 30 + number, 100) for number in range(MOST + 2)]
    found = _find(*bad, *(_one(f"good {number}", 90, 100) for number in range(60)))
    assert [one.who for one in found.concerns][:2] == ["bad 0", "bad 1"]
    assert (len(found.concerns), found.more) == (MOST, 2)


def test_one_office_alone_is_held_against_its_past_only() -> None:
    found = _find(_one("only", 50, 100, (90, 100)))
    assert [one.before for one in found.concerns] == [0.9]
    assert found.concerns[0].others is None
