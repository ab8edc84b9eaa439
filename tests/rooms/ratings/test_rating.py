"""One rating per act (S114): active and default apart, in the same statement as the case's step."""

import pytest

from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade

DAY = (2026, 9, 22)


def entries(case_id, step="rate"):
    from tongban.rooms.ledger.models import Entry

    return list(Entry.objects.filter(subject_id=case_id, step=step).order_by("seq"))


def test_case_rated_twice_only_one_stands(county, case):
    """S114: given a case rated twice, when saved, then only one stands per act."""
    from tongban.rooms.ratings import actions, queries
    from tongban.rooms.ratings.models import Rating

    with county.at(*DAY, 11):
        first = actions.rate(case, county.citizen(), "satisfied", channel="mobile")
        with pytest.raises(Refused) as no:
            actions.rate(case, county.citizen(), "dissatisfied", channel="pc")

    assert no.value.code == "rated_already"
    assert [row.id for row in Rating.objects.filter(case_id=case)] == [first]
    assert queries.rating(first).grade == Grade.SATISFIED
    assert len(entries(case)) == 1


def test_rating_and_journal_entry_are_one_step_without_the_grade(county, case):
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 11):
        made = actions.rate(case, county.citizen(), "very_dissatisfied", channel="hall_tablet", comment="等了太久")

    (entry,) = entries(case)
    assert entry.body["rating"] == str(made)
    assert entry.body["channel"] == "hall_tablet"
    assert "very_dissatisfied" not in str(entry.body)
    assert "等了太久" not in str(entry.body)


def test_same_request_again_is_one_rating(county, case):
    from tongban.rooms.ratings import actions
    from tongban.rooms.ratings.models import Rating

    with county.at(*DAY, 11):
        first = actions.rate(case, county.citizen(), "fair", channel="qr", comment="还行", key="k-1")
        again = actions.rate(case, county.citizen(), "fair", channel="qr", comment="还行", key="k-1")
        with pytest.raises(Refused) as no:
            actions.rate(case, county.citizen(), "dissatisfied", channel="qr", key="k-1")

    assert again == first
    assert Rating.objects.filter(case_id=case).count() == 1
    assert no.value.code in ("key_reused", "rated_already")


def test_comment_is_sealed_and_goes_with_the_case_key(county, case):
    from tongban.rooms.ratings import actions, queries
    from tongban.rooms.ratings.models import Rating

    with county.at(*DAY, 11):
        made = actions.rate(case, county.citizen(), "satisfied", channel="pc", comment="  办得快  ")
        assert queries.comment_of(made) == "办得快"

    assert "办得快".encode() not in bytes(Rating.objects.get(id=made).comment)


def test_who_was_rated_is_who_accepted_unless_told(county, case):
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.ratings import actions, queries

    with county.at(*DAY, 11):
        made = actions.rate(case, county.citizen(), "satisfied", channel="pc")

    assert str(queries.rating(made).staff_id) == read(case).row["acceptor"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grade": "5"}, "grade_unknown"),
        ({"grade": "默认好评"}, "grade_unknown"),
        ({"channel": "carrier pigeon"}, "rating_channel_unknown"),
        ({"comment": "长" * 501}, "comment_too_long"),
    ],
)
def test_rating_refused(county, case, change, code):
    from tongban.rooms.ratings import actions
    from tongban.rooms.ratings.models import Rating

    wanted = {"grade": "satisfied", "channel": "pc", "comment": "", **change}
    with county.at(*DAY, 11), pytest.raises(Refused) as no:
        actions.rate(case, county.citizen(), wanted["grade"], channel=wanted["channel"], comment=wanted["comment"])

    assert no.value.code == code
    assert Rating.objects.count() == 0


def test_staff_and_strangers_do_not_rate(county, case):
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 11):
        with pytest.raises(Refused) as staff:
            actions.rate(case, county.staff("window-1"), "very_satisfied", channel="hall_terminal")
        with pytest.raises(Refused):
            actions.rate(case, county.citizen("房示例"), "very_satisfied", channel="pc")

    assert staff.value.code == "rater_not_person"


def test_open_case_is_not_rated_yet(county):
    from tongban.rooms.ratings import actions

    with county.at(*DAY):
        case = county.accepted()
        with pytest.raises(Refused) as no:
            actions.rate(case, county.citizen(), "satisfied", channel="pc")

    assert no.value.code == "wrong_state"


def test_rating_is_never_deleted(county, case):
    from django.db import InternalError, ProgrammingError, transaction

    from tongban.rooms.ratings import actions
    from tongban.rooms.ratings.models import Rating

    with county.at(*DAY, 11):
        made = actions.rate(case, county.citizen(), "dissatisfied", channel="pc")

    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        Rating.objects.filter(id=made).delete()
    assert Rating.objects.filter(id=made).exists()


def test_each_visit_is_an_act_of_its_own(county, case):
    """一次一评: a visit and its case are rated apart, each once."""
    from tongban.rooms import clock
    from tongban.rooms.ids import uuid7
    from tongban.rooms.people import queries as people
    from tongban.rooms.ratings import actions, queries
    from tongban.rooms.waiting.models import Visit

    with county.at(*DAY, 11):
        site = people.site_coded(county.code, "hall")
        visit = Visit.objects.create(
            county=county.code, site_id=site.id, case_id=case, arrival=uuid7(), ordinal=1, promised=1, at=clock.now()
        )
        of_visit = actions.rate_visit(case, visit.id, county.citizen(), "fair", channel="hall_tablet", key="v")
        of_case = actions.rate(case, county.citizen(), "satisfied", channel="pc")
        assert actions.rate_visit(case, visit.id, county.citizen(), "fair", channel="hall_tablet", key="v") == of_visit
        with pytest.raises(Refused) as twice:
            actions.rate_visit(case, visit.id, county.citizen(), "satisfied", channel="pc")
        with pytest.raises(Refused) as other:
            actions.rate_visit(case, uuid7(), county.citizen(), "satisfied", channel="pc")

    assert (twice.value.code, other.value.code) == ("rated_already", "visit_unknown")
    assert queries.rating(of_visit).visit_id == visit.id
    assert queries.rating(of_case).visit_id is None
    assert len(entries(case)) == 1


# ---- defaults ----


def test_default_is_off_until_a_county_rules_so(county, case):
    from tongban.rooms.ratings import actions

    with county.at(2026, 12, 1):
        assert actions.fill_defaults(county.code) == 0


@pytest.mark.parametrize(
    ("day", "filled"),
    [
        ((2026, 10, 20), 0),  # the fifteenth working day: it is still hers
        ((2026, 10, 21), 1),
    ],
)
def test_default_after_the_countys_time(county, day, filled):
    """15wd from Tuesday 2026-09-22: 25-27 September and 1-7 October are off, Saturday 10 October is worked."""
    from tongban.rooms.ratings import actions

    with county.at(*DAY):
        actions.set_default(county.code, after="15wd", actor="house")
        county.delivered()
    with county.at(*day):
        assert actions.fill_defaults(county.code) == filled
        assert actions.fill_defaults(county.code) == 0


def test_default_never_counts_as_active_and_gives_way_to_her_own(county):
    """S114: given an unrated case whose rating was filled in, when figures are counted, then a default never counts as
    active.
    """
    from datetime import date

    from tongban.rooms.ratings import actions, queries
    from tongban.rooms.ratings.models import Rating
    from tongban.rooms.supervision import queries as supervision

    def counted(code):
        figure = supervision.figure(code, county.code, date(2026, 1, 1), date(2026, 12, 31))
        return figure.numerator, figure.denominator

    with county.at(*DAY):
        actions.set_default(county.code, after="5wd", actor="house")
        case = county.delivered()
    with county.at(2026, 11, 2):
        assert actions.fill_defaults(county.code) == 1
        default = queries.rating_of("case", case)
        assert not default.active
        assert not queries.is_rated("case", case)
        assert (counted("active_ratings"), counted("good_ratings")) == ((0, 1), (1, 1))
        own = actions.rate(case, county.citizen(), "dissatisfied", channel="sms")

    assert Rating.objects.filter(case_id=case).count() == 1
    standing = queries.rating_of("case", case)
    assert (standing.id, standing.active, standing.grade) == (own, True, Grade.DISSATISFIED)
    assert (counted("active_ratings"), counted("good_ratings")) == ((1, 1), (0, 1))


def test_default_leaves_alone_what_ended_before_the_rule(county, case):
    from tongban.rooms.ratings import actions

    with county.at(2026, 9, 23):
        actions.set_default(county.code, after="1wd", actor="house")
    with county.at(2026, 12, 1):
        assert actions.fill_defaults(county.code) == 0


def test_default_of_one_item_and_its_end(county):
    from tongban.rooms.ratings import actions

    with county.at(*DAY):
        actions.set_default(county.code, after="1wd", actor="house", item_code="elderly-card")
        county.delivered()
    with county.at(2026, 12, 1):
        assert actions.fill_defaults(county.code) == 0
        actions.end_default(county.code, actor="house", item_code="elderly-card")
        with pytest.raises(Refused) as no:
            actions.set_default(county.code, after="1wd", actor="house", grade="dissatisfied")
    assert no.value.code == "default_bad"
