"""Other agencies' systems in a simulated county: each manner gets its cases, answers, and is matched every day."""

from collections import Counter
from dataclasses import replace
from datetime import date

from tongban.hall.county.profiles import profile

DAY = date(2026, 10, 13)
ITEMS = ("deed-tax", "housing-fund-withdrawal", "id-card-replacement", "funeral-benefit")


def test_every_manner_gets_its_cases_back_and_is_matched(own_county):
    """P06: interface, files and a clerk, with the faults of the seed; nothing is lost, what differs is registered."""
    from tongban.hall.county.simulation import Simulation
    from tongban.rooms.exchange import queries
    from tongban.rooms.exchange.models import Difference, Matching, Twin

    class Chosen(Simulation):
        def _prepare(self, day: date) -> None:
            super()._prepare(day)
            self.spot, self.other = [], [one for one in self.items if one.code in ITEMS]

    still = dict.fromkeys(
        ("on_the_spot", "incomplete", "refused", "withdrawn", "given_up", "not_accepted", "extended", "booked"), 0.0
    )
    run = Chosen(seed=5, per_day=12, start=DAY, knobs=replace(profile(), **still, people=6), outside=True)
    run.run(9, arrivals=1)
    twins = Twin.objects.select_related("system")
    assert run.outside.sent == twins.count() > 5
    assert run.outside.came_back == run.outside.sent
    assert {one.system.manner for one in twins} == {"interface", "file", "paper"}
    assert {one.state for one in twins} == {"granted"}
    assert {one.manual for one in twins if one.system.manner == "paper"} == {True}
    # The housing fund lists one case a day that nobody sent, and was away on the 15th: both are on the registers.
    matched = Counter(Matching.objects.values_list("system__code", "state"))
    assert matched["housing-fund", "differing"] > 0
    assert set(Difference.objects.values_list("system__code", flat=True)) <= {"housing-fund", "province-tax"}
    with own_county.at(2026, 10, 26):
        assert "only_theirs" in {one.kind for one in queries.differences("990127")}
