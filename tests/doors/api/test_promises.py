"""证照分离 over the API: what follows on a business licence, and the way of a written promise from end to end."""

from urllib.parse import urlencode

ITEM = "gathering-fire-check"


def following(nobody, scope):
    asked = urlencode({"county": "990127", "after": "business-licence", "scope": scope})
    return {one["item"]: one for one in nobody.get("/follow-on", asked).told}


def test_the_owner_of_a_new_business_is_told_what_else_she_needs_and_in_which_way(office, nobody):
    """S014: after a business licence the follow-on permits are listed to the owner, each with its mode."""
    found = following(nobody, "餐饮服务；预包装食品销售")
    assert {code: one["mode"]["code"] for code, one in found.items()} == {
        "gathering-fire-check": "promise",
        "food-business-new": "improved",
        "prepackaged-food-filing": "filing",
        "drainage-permit": "improved",
        "shop-sign": "improved",
    }
    assert found[ITEM]["because"] == ["餐饮"]
    assert "当场作出决定" in found[ITEM]["meaning"]
    assert set(following(nobody, "五金零售")) == {"shop-sign"}


def test_every_item_of_the_list_does_as_its_mode_says(office):
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue

    assert catalogue.mode_conflicts("990127", clock.today()) == ()
    assert set(catalogue.mode_counts("990127", clock.today())) == {"cancelled", "filing", "promise", "improved"}


def test_a_promise_is_read_chosen_granted_checked_and_taken_back(office, tokens, nobody):
    from tongban.hall import postman
    from tongban.rooms.casework.models import Case

    told = nobody.get(f"/items/{ITEM}", "county=990127").told["promise"]
    assert (told["option"], told["letter"], told["check_within"]) == ("promise", "promise", "20wd")
    case_id = office.filed(ITEM, options=frozenset({told["option"]}))
    decider = tokens.staff(office.able("decide", ITEM))
    granted = decider.post(f"/cases/{case_id}/steps/grant_on_promise", {})
    assert (granted.status_code, granted.told["state"]) == (200, "issued")
    postman.drain(60)
    check = Case.objects.get(kind="after_check")
    path = f"/cases/{check.id}/steps"
    assert decider.post(f"{path}/order_mending", {"reason": "一个出口上锁", "within": "5wd"}).told["state"] == "mending"
    ended = decider.post(f"{path}/find_false", {"ground": "行政许可法 第六十九条", "reason": "没有整改"})
    assert ended.told["state"] == "revoked"
    (licence,) = tokens.person().get("/licences").told
    assert licence["state"] == "revoked"
