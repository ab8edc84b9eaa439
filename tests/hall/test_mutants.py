"""./run mutants: which module a mutant belongs to, and what a sample says of the whole."""

import pytest

from tongban.hall.commands.mutants import module_of, score


@pytest.mark.parametrize(
    ("mutant", "module"),
    [
        ("tongban.rulebook.deciding.x_decide__mutmut_1", "deciding"),
        ("tongban.rulebook.clock.explaining.xǁ_Walkǁ_run_hours__mutmut_56", "clock.explaining"),
        ("tongban.rulebook.replay.walk.x__actor__mutmut_6", "replay.walk"),
    ],
)
def test_a_mutant_belongs_to_the_module_it_changes(mutant, module):
    assert module_of(mutant) == module


@pytest.mark.parametrize(
    ("noticed", "count", "told"),
    [(340, 400, (85.0, 3.5)), (400, 400, (100.0, 0.7)), (0, 10, (0.0, 18.3)), (1, 2, (50.0, 40.0))],
)
def test_a_share_is_told_with_half_its_interval(noticed, count, told):
    share, margin = score(noticed, count)
    assert (round(share, 1), round(margin, 1)) == told
