"""The last characters of numbers, by which namesakes are told apart."""

from datetime import date

from tests.rooms.people.sample import COUNTY, citizen
from tongban.rooms.people import actions, queries

BORN = date(1979, 11, 23)


def _register(*numbers):
    return actions.register_person("重名示例", county=COUNTY, actor="house", identifiers=numbers)


def test_namesakes_are_told_apart_by_the_first_number_of_each_record_and_those_merged_with_it(
    clock_held, django_assert_num_queries
):
    numbers = [citizen(BORN, n) for n in range(3)]
    one, also = _register(("citizen_id", numbers[0], "")), _register(("passport", "X1234567", "FRA"))
    kept, gone = _register(), _register(("citizen_id", numbers[1], ""))
    stranger, nobody = _register(("citizen_id", numbers[2], "")), _register()
    actions.merge(one, also, ground="same_papers", actor="house")
    actions.merge(kept, gone, ground="same_papers", actor="house")
    with django_assert_num_queries(1):
        tails = queries.tails_of([one, kept, nobody])
    assert tails == {one: numbers[0][-4:], kept: numbers[1][-4:]}
    assert queries.tails_of([stranger]) == {stranger: numbers[2][-4:]}
