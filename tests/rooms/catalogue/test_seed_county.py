"""Every item of the seed is in force in 示例县, and each finds somebody who receives, accepts, decides and delivers."""

from datetime import date

import pytest

from tests import county as open_county
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.catalogue import PUBLIC_CLASSES, Item

DAY = date(2026, 9, 22)
#: The whole county of the seed, in place of this room's own small one.
county = open_county.county
#: Kind of site -> level of station, as items name them.
LEVELS = {"hall": "county", "town": "town", "village": "village"}


@pytest.fixture
def items(county) -> list[Item]:
    """The leaves that the public may file."""
    from tongban.rooms.catalogue import queries

    leaves = [one.code for one in queries.listed(county.code, DAY) if one.leaf]
    found = [queries.in_force(county.code, code, DAY).item for code in leaves]
    return [item for item in found if item.item_class in PUBLIC_CLASSES]


@pytest.fixture
def able(county):
    """Codes of the posts that may use a power in an item today."""
    from tongban.rooms.people import queries

    powers = queries.powers()

    def find(power: Power, item: Item) -> set[str]:
        posts = powers.able(county.code, power, Subject(item.code, item.unit), DAY)
        return {post.code for post in posts if powers.holder(post.id, DAY) is not None}

    return find


def test_every_file_of_the_seed_is_in_force_and_lacks_nothing(county):
    """S001 and S002."""
    from tongban.hall.county.opening import ITEMS
    from tongban.rooms.catalogue import queries

    files = {path.stem for path in (ITEMS / "items").glob("*.toml")}
    assert {one.code for one in queries.listed(county.code, DAY)} == files
    assert {
        one.code for one in queries.drafts(county.code) if any(c.severity == "stops" for c in one.complaints)
    } == set()
    assert {kind.code for kind in queries.kinds()} == {path.stem for path in (ITEMS / "licence_kinds").glob("*.toml")}


def test_every_item_has_somebody_for_each_step(items, able):
    """S192: a published item that nobody may accept or decide is a trap for whoever files it."""
    lacking = {
        (item.code, power.value)
        for item in items
        for power in (Power.RECEIVE, Power.ACCEPT, Power.DECIDE, Power.DELIVER, Power.SEAL)
        if item.kind != "bundle" and not able(power, item)
    }
    lacking |= {
        (item.code, "examine")
        for item in items
        if (len(item.desks) > 1 or item.elsewhere) and not able(Power.EXAMINE, item)
    }
    assert lacking == set()


def test_what_is_decided_on_the_spot_has_one_person_for_both_powers_at_each_level(county, items, able):
    """S007 and S022: accepted and decided by one hand, at the village, the town and the hall where it is offered."""
    from tongban.rooms.people import queries

    site_of = {post.code: queries.site(post.site_id).kind for post in queries.powers().posts.values()}
    lacking = set()
    for item in items:
        if item.on_the_spot is None:
            continue
        both = able(Power.ACCEPT, item) & able(Power.DECIDE, item)
        if item.kind == "filing":
            both = able(Power.ACCEPT, item)
        offered = {LEVELS[site_of[code]] for code in both}
        lacking |= {(item.code, level) for level in item.stations if level not in offered}
    assert lacking == set()


def test_what_is_accepted_by_one_is_decided_by_another(items, able):
    """受审分离: beside the named exemptions nobody needs to decide what she herself accepted."""
    alone = {
        item.code
        for item in items
        if item.on_the_spot is None and item.kind not in ("bundle", "filing")
        if not able(Power.DECIDE, item) - able(Power.ACCEPT, item)
    }
    assert alone == set()


def test_every_station_of_an_item_has_somebody_who_receives_it(county, items, able):
    """S136: what a town or a village offers can be handed in at each of them."""
    from tongban.rooms.people import queries

    sites = {LEVELS[site.kind]: set() for site in queries.sites(county.code)}
    for site in queries.sites(county.code):
        sites[LEVELS[site.kind]].add(site.id)
    by_code = {post.code: post.site_id for post in queries.powers().posts.values()}
    lacking = {
        (item.code, level)
        for item in items
        for level in item.stations
        if not sites[level] <= {by_code[code] for code in able(Power.RECEIVE, item)}
    }
    assert lacking == set()


def test_a_first_opinion_of_the_town_is_given_by_towns_only_where_the_item_says_so(items, able):
    towns = {f"town-00{n}-clerk" for n in (1, 2, 3)}
    asked = {item.code for item in items if any(desk.code == "town" for desk in item.desks)}
    given = {item.code for item in items if towns <= able(Power.EXAMINE, item)}
    assert given == asked
    assert len(asked) == 8


def test_marriage_is_registered_by_the_registrar_and_not_at_a_window(items, able):
    """Only a registrar marries: no general window may."""
    marriage = [item for item in items if item.parent == "marriage"]
    assert len(marriage) == 4
    for item in marriage:
        assert able(Power.ACCEPT, item) & able(Power.DECIDE, item) == {"mzj-registrar"}


def test_every_answer_form_can_be_filled_and_is_accepted(county, items):
    """Made-up answers satisfy every form: what the schema asks can be given."""
    from random import Random

    from tongban.hall.county.answers import answers_for
    from tongban.rooms.casework.actions.forms import check_answers

    for item in items:
        check_answers(item, answers_for(item.form, Random(7), DAY, whole=True))
        check_answers(item, answers_for(item.form, Random(7), DAY))


def test_a_wrong_phone_number_is_told_in_the_words_of_the_form(county, items):
    from random import Random

    from tongban.hall.county.answers import answers_for
    from tongban.rooms.casework.actions.forms import check_answers
    from tongban.rulebook.errors import Refused

    item = next(one for one in items if one.code == "legal-aid")
    answers = answers_for(item.form, Random(7), DAY) | {"phone": "12345"}
    with pytest.raises(Refused) as no:
        check_answers(item, answers)
    assert no.value.code == "form_invalid"
    assert "“联系电话”应为以1开头的十一位手机号码" in no.value.sentence


def test_a_village_proof_is_asked_for_and_handed_over_at_the_village(county):
    """S015, S022: one visit to the village, nobody else involved; the proof is in the store at once."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences.queries import wallet

    with county.at(2026, 9, 22):
        applicant = county.citizen()
        agent = county.staff("village-001202-agent")
        case_id = county.filed("village-contract-land", applicant=applicant)
        casework.decide_on_spot(case_id, agent)
        casework.issue(case_id, agent)
        casework.deliver(case_id, agent, collector_id=applicant.id)
        assert read(case_id).facts.state == "delivered"
        assert [one.kind for one in wallet(applicant.id)] == ["village-proof"]


def test_a_marriage_is_registered_by_one_registrar_on_the_spot(county):
    """Both stand before the registrar, who takes in, accepts and enters: the exemption from 受审分离 is the item's."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Signer
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.people import queries as people

    with county.at(2026, 9, 22):
        registrar = county.staff("mzj-registrar")
        other = Signer("other_side", county.citizen("租演示").id, signed=True)
        hall = people.site_coded(county.code, "hall").id
        filing = county.filing("marriage-registration", signers=[other], channel="window", site_id=hall)
        case_id = casework.file_case(filing, registrar).case_id
        casework.accept(case_id, registrar)
        casework.enter(case_id, registrar, opinion="双方自愿，符合法定条件")
        casework.issue(case_id, registrar)
        assert read(case_id).facts.state == "issued"


def test_an_identity_card_is_made_elsewhere_and_its_fee_is_paid_before_it_is_handed_out(county):
    """S101: the result comes from the police's own system; the fee stands on the law that sets it."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rulebook.errors import Refused

    with county.at(2026, 9, 22):
        case_id = county.accepted("id-card-replacement")
        casework.outside_result(
            case_id,
            result="granted",
            outside_number="W990127",
            decided_on=DAY,
            message_id="id-card-1",
            who=county.staff("gaj-reviewer"),
        )
        exit_desk = county.staff("exit")
        with pytest.raises(Refused) as no:
            casework.issue(case_id, exit_desk)
        assert no.value.code == "fee_due"
        casework.settle_fee(case_id, exit_desk, state="paid", voucher="PZ00000001")
        casework.issue(case_id, exit_desk)
        assert read(case_id).facts.state == "issued"


def test_the_company_bundle_starts_with_the_registration_and_then_five_at_once(county):
    """S071: each paper is handed in once, and the parts become cases in the order of the plan."""
    from dataclasses import replace

    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rooms.casework.queries.parts import bundle_item, parts_of

    options = frozenset({"rented"})
    with county.at(2026, 9, 22):
        applicant, paper = county.citizen(), Offer(file_id=county.upload())
        whole = bundle_item(county.code, county.item("open-company"), options, DAY)
        filing = replace(
            county.filing("open-company", applicant=applicant, options=options),
            offers={one.code: paper for one in whole.materials if one.source != "made"},
        )
        bundle = casework.file_case(filing, applicant).case_id
        casework.tend_bundle(bundle)
        (first,) = parts_of(bundle)
        assert first.role == "registration"
        casework.accept(first.case_id, county.able("accept", first.item_code))
        casework.enter(first.case_id, county.staff("scjg-chief"), opinion="准予登记")
        casework.tend_bundle(bundle)
        assert {one.role for one in parts_of(bundle)} == {"registration", "seal", "tax", "social", "medical", "fund"}
