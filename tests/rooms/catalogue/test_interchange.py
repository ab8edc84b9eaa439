"""TOML out and in again."""

import importlib
import tomllib
from argparse import ArgumentParser

import pytest

from tests.rooms.catalogue.sample import BY, COUNTY, ITEMS, NOON, TODAY, shop
from tongban.rooms import clock
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.catalogue.actions.drafts import written
from tongban.rooms.catalogue.interchange import to_toml


def export(*words: str) -> int:
    command = importlib.import_module("tongban.hall.commands.export")
    parser = ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(words))


@pytest.mark.parametrize("path", sorted((ITEMS / "items").glob("*.toml")), ids=lambda path: path.stem)
def test_every_seed_item_reads_back_equal(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    again = tomllib.loads(to_toml(content))
    assert again == content
    assert written(again)[1] == written(content)[1]


def test_odd_values_read_back_equal():
    odd = {
        "text": '引号"反斜\\换\n行\t\x7f\x01𫖮',
        "带 空格": [1, 2.5, True, [], [{"a": 1}, "混"]],
        "empty": {},
        "empties": [],
        "one": {"two": {"three": {"four": [{"five": {}}]}}, "plain": 1},
        "list": [{"a": {"b": [1]}}, {}],
    }
    assert tomllib.loads(to_toml(odd)) == odd


def test_a_value_toml_does_not_have_is_refused():
    with pytest.raises(TypeError):
        to_toml({"nothing": [None]})


def test_the_order_of_keys_means_nothing_but_for_a_forms_questions():
    turned = dict(reversed(shop().items()))
    assert written(turned)[1] == written(shop())[1]
    form = shop()["form"] | {"properties": dict(reversed(shop()["form"]["properties"].items()))}
    assert written(shop(form=form))[1] != written(shop())[1]


def test_an_exported_county_loads_again_without_a_change(in_force, tmp_path):
    assert export("items", str(tmp_path), "--county", COUNTY) == 0
    seeded = actions.load_seed(COUNTY, tmp_path, by=BY, publish_from=TODAY)
    assert seeded.drafts == (("small-food-shop", "same"),)
    assert seeded.licence_kinds == (("small-food-shop-certificate", "same"),)
    assert queries.in_force(COUNTY, "small-food-shop", TODAY).version_id == in_force


def test_drafts_can_be_exported_too(county, tmp_path):
    actions.save_draft(county, {"code": "half-written", "name": "写了一半"}, BY)
    assert export("items", str(tmp_path), "--county", COUNTY) == 1
    assert export("items", str(tmp_path), "--county", COUNTY, "--drafts") == 0
    assert tomllib.loads((tmp_path / "items" / "half-written.toml").read_text(encoding="utf-8"))["name"] == "写了一半"


def test_exported_divisions_import_without_a_change(county, tmp_path):
    from tongban.rooms.importing import tables
    from tongban.rooms.people import actions as people

    path = tmp_path / "divisions.csv"
    assert export("divisions", str(path), "--county", COUNTY) == 0
    rows = [{key: value for key, value in row.items() if key} for row in tables.read_rows(path)]
    with clock.held(NOON):
        report = people.import_divisions(rows, actor=BY)
    assert report.count("same") == len(report.rows) == 7
