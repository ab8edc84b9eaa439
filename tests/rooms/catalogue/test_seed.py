"""The seed: drafts by content hash, published when asked."""

import tomllib

import pytest

from tests.rooms.catalogue.sample import BY, COUNTY, ITEMS, NOON, SINCE, TODAY, seed_kind
from tongban.rooms import clock
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.catalogue.models import ItemVersion
from tongban.rooms.ledger.models import Entry
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused


@pytest.fixture
def opened(db):
    seed = tomllib.loads((ITEMS / "counties" / f"{COUNTY}.toml").read_text(encoding="utf-8"))
    with clock.held(NOON):
        people.load_county(seed)
        yield COUNTY


def test_the_whole_seed_is_published_and_loading_it_again_changes_nothing(opened):
    files = len(list((ITEMS / "items").glob("*.toml")))
    first = actions.load_seed(opened, ITEMS, by=BY, publish_from=SINCE)
    assert [(code, str(refused)) for code, refused in first.incomplete] == []
    assert len(first.published) == files
    assert {outcome for _, outcome in first.drafts} == {"new"}
    entries, versions = Entry.objects.count(), ItemVersion.objects.count()
    second = actions.load_seed(opened, ITEMS, by=BY, publish_from=SINCE)
    assert {outcome for _, outcome in (*second.drafts, *second.licence_kinds)} == {"same"}
    assert (Entry.objects.count(), ItemVersion.objects.count()) == (entries, versions)
    assert len(queries.listed(opened, TODAY)) == files
    assert len(queries.kinds()) == len(list((ITEMS / "licence_kinds").glob("*.toml")))


def test_loading_again_publishes_nothing_that_somebody_is_still_editing(opened):
    """Given a draft edited and not published, When the house starts again, Then the version in force stays."""
    actions.load_seed(opened, ITEMS, by=BY, publish_from=SINCE)
    before = queries.in_force(opened, "small-food-shop", TODAY)
    change = {"limits": {"delivery": {"limit": "3wd", "basis": "design: 试改"}}}
    actions.complete_draft(opened, "small-food-shop", change, BY)
    actions.load_seed(opened, ITEMS, by=BY, publish_from=SINCE)
    assert queries.in_force(opened, "small-food-shop", TODAY).version_id == before.version_id
    assert queries.draft_content(opened, "small-food-shop")["limits"]["delivery"]["limit"] == "3wd"


def test_without_a_day_nothing_is_published(opened):
    seeded = actions.load_seed(opened, ITEMS, by=BY)
    assert (seeded.published, seeded.incomplete) == ((), ())
    assert queries.listed(opened, TODAY) == ()


def test_published_drafts_lack_nothing_that_stops_in_a_demo(opened):
    actions.load_seed(opened, ITEMS, by=BY, publish_from=SINCE)
    stopping = {one.code for one in queries.drafts(opened) if any(c.severity == "stops" for c in one.complaints)}
    assert stopping == set()


def test_a_licence_kind_is_read_back(db):
    assert actions.save_licence_kind(seed_kind("business-licence")) == "new"
    assert actions.save_licence_kind(seed_kind("business-licence")) == "same"
    assert actions.save_licence_kind(seed_kind("business-licence") | {"name": "营业执照（新版）"}) == "changed"
    assert queries.kind("business-licence").name == "营业执照（新版）"


def test_a_licence_kind_with_a_wrong_definer_is_refused(db):
    with pytest.raises(Refused) as refused:
        actions.save_licence_kind(seed_kind("business-licence") | {"definer": "11990127MB0000019X"})
    assert refused.value.code == "licence_kind_wrong"
    with pytest.raises(Refused) as unknown:
        queries.kind("business-licence")
    assert unknown.value.code == "licence_kind_unknown"


def test_a_file_that_is_no_toml_is_named(db, tmp_path):
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "torn.toml").write_text("code = ", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        actions.load_seed(COUNTY, tmp_path, by=BY)
    assert refused.value.code == "seed_unreadable"
    assert "torn.toml" in refused.value.sentence
