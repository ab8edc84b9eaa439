"""一数一源: a datum has one owner, and whoever publishes a form that asks for it again is told whose it is."""

import json
from datetime import date

DAY = (2026, 9, 22)


def own(county, **more):
    from tongban.rooms.catalogue import actions

    given = {"titles": ["经营地址"], "owner": "gaj", "resource": "population", "by": "house", **more}
    return actions.own_field(county.code, "premises", **given)


def warnings(county, code="small-food-shop"):
    """What is said of the field rule when the item is published again, with a changed form."""
    from tongban.rooms.catalogue import actions, queries
    from tongban.rooms.catalogue.models import Draft

    row = Draft.objects.get(county=county.code, code=code)
    content = json.loads(row.content)
    content["faq"] = [*content.get("faq", []), {"question": "还要再填吗？", "answer": "不用。"}]
    actions.save_draft(county.code, content, "house")
    actions.publish(county.code, code, by="house")
    row.refresh_from_db()
    assert queries.in_force(county.code, code, date(*DAY)).item.faq[-1].answer == "不用。"
    return [one for one in row.complaints if one["rule"] == "field_owned"]


def test_a_form_that_asks_for_what_another_department_answers_for_is_warned_of(county):
    """S105.  Given a form asks for a field owned elsewhere, When published, Then a warning names the owner."""
    with county.at(*DAY):
        own(county)
        (warning,) = warnings(county)
    assert (warning["severity"], warning["where"]) == ("warns", "form.properties.premises")
    assert "示例县公安局" in warning["what"]
    assert "population" in warning["how"]


def test_the_owner_itself_may_ask(county):
    with county.at(*DAY):
        own(county, owner="scjg")
        assert warnings(county) == []


def test_fields_typed_twice_are_counted_with_their_items(county):
    from tongban.rooms.catalogue import queries

    with county.at(*DAY):
        assert queries.fields_typed_again(county.code, date(*DAY)) == ()
        own(county)
        rows = queries.fields_typed_again(county.code, date(*DAY))
    mine = [one for one in rows if one.item == "small-food-shop"]
    assert [(one.field, one.title, one.owner, one.unit) for one in mine] == [("premises", "经营地址", "gaj", "scjg")]
    assert {one.owner for one in rows} == {"gaj"}
