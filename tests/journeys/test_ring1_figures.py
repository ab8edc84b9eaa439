"""Ring 1, f. judge and show: one day, rated, published and counted."""

from datetime import date
from decimal import Decimal

from tests.journeys.walks import steps_of

ITEM = "small-food-shop"
DAY = (2026, 9, 22)


def test_every_figure_of_a_day_opens_to_its_rows_and_agrees_with_the_cases(county):
    """S185.  Given any figure, When opened, Then the list behind it has exactly that many rows; and cases finished,
    published, rated and archived on that day are the same ones.
    """
    from tongban.hall import postman
    from tongban.rooms.archive import queries as archive
    from tongban.rooms.publication import actions as publication
    from tongban.rooms.publication import queries as published
    from tongban.rooms.ratings import actions as ratings
    from tongban.rooms.supervision import queries
    from tongban.rulebook.indicators import BY_CODE

    day = date(*DAY)
    with county.at(*DAY):
        done = [county.delivered() for _ in range(3)]
        ratings.rate(done[0], county.citizen(), "very_satisfied", channel="mobile")
        county.accepted()
        postman.drain(60)
        publication.issue_results(county.code, county.staff("xzsp-head"))
    figures = queries.figures(county.code, day, day)
    assert set(figures) == set(BY_CODE)
    for code, figure in figures.items():
        rows = queries.rows(code, county.code, day, day)
        assert len(rows) == len({row.id for row in rows}), code
        assert sum((row.above for row in rows), Decimal(0)) == figure.numerator, code
    opened = {
        code: {row.case_id for row in queries.rows(code, county.code, day, day)} for code in ("accepted", "finished")
    }
    assert (len(opened["accepted"]), opened["finished"]) == (4, {str(one) for one in done})
    assert set(published.publicity(county.code, day, day).published) == set(done)
    assert {steps_of(one)[-1] for one in done} == {"archive"}
    assert all(archive.of_case(one) for one in done)
