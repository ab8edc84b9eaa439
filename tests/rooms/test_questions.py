"""Questions that travel together: each is answered as if it were asked alone."""

import pytest

from tongban.rooms.questions import Question, ask, first
from tongban.rulebook.errors import Refused


def numbers(up_to: int, least: int) -> Question[list[int]]:
    rest = "FROM generate_series(1, %(up_to)s) n WHERE n >= %(least)s ORDER BY n LIMIT 1"
    return Question(("n", "n * n"), rest, {"up_to": up_to, "least": least}, list)


def the_word(word: str | None) -> Question[str | None]:
    return Question(("%(word)s::text",), "", {"word": word}, first)


def refused(row) -> None:
    raise Refused("first", str(row))


@pytest.mark.parametrize("least", [1, 3, 7])
def test_answers_come_in_order_and_cost_one_query(db, django_assert_num_queries, least):
    found = [least, least**2] if least <= 5 else [None, None]
    with django_assert_num_queries(1):
        assert ask(the_word("照"), numbers(5, least), the_word("照")) == ("照", found, "照")
    with django_assert_num_queries(1):
        assert ask(numbers(5, least)) == (found,)


def test_two_meanings_of_one_name_are_a_fault(db):
    with pytest.raises(ValueError, match="word"):
        ask(the_word("照"), the_word(None))


def test_the_first_refusal_is_raised(db):
    question = Question(("1",), "", {}, refused)
    with pytest.raises(Refused) as no:
        ask(the_word("照"), question, Question(("2",), "", {}, refused))
    assert no.value.sentence == "(1,)"
