"""Ring 1, b. ask and come: a filing from home, one case over all channels, a bundle."""

from dataclasses import replace
from datetime import date
from random import Random

from tests.journeys.walks import code_of, finish, steps_of

ITEM = "small-food-shop"
DAY = (2026, 9, 22)


def test_a_citizen_saves_a_draft_files_it_and_has_number_and_receipt_at_once(county):
    """S016.  Given a logged-in citizen, When a full filing is submitted, Then a case number and receipt notice return
    at once.

    The page is a door and comes later; the citizen acts through the actions that it will call.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.licences import queries as documents

    with county.at(*DAY):
        citizen = county.citizen()
        begun = county.filing(leave_out=("health", "layout"))
        draft = casework.save_draft(replace(begun, answers={}), citizen)
        assert (read(draft).facts.state, read(draft).row["number"]) == ("draft", None)
        filed = casework.file_case(county.filing(), citizen, draft_id=draft, key="form-1")
        assert casework.file_case(county.filing(), citizen, draft_id=draft, key="form-1").number == filed.number
        (receipt,) = licences.seal_now(filed.case_id)
    assert (filed.case_id, filed.missing) == (draft, ())
    assert filed.number.startswith("990127")
    assert (receipt.kind, documents.verify_pdf(documents.pdf(receipt.id)).state) == ("receipt", "valid")


CHANNELS = ("window", "net", "phone", "kiosk", "village")


def test_the_same_filing_through_five_channels_goes_through_the_same_states(county):
    """S020.  Given the same filing through 5 channels, When processed, Then the 5 cases go through the same states.

    Window, net, phone, kiosk and village; the sixth, a partner county, comes with 通办.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.ledger.queries import stream
    from tongban.rooms.people import queries as people

    def state(entry):
        return (entry.step, entry.body["row"]["state"])

    ways, cases = {}, {}
    with county.at(*DAY):
        for channel in CHANNELS:
            taker, site = county.citizen(), None
            if channel in ("window", "phone"):
                taker = county.staff("window-1")
            if channel == "village":
                taker, site = county.staff("village-001202-agent"), "village-001202"
            if channel in ("window", "kiosk"):
                site = "hall"
            site_id = people.site_coded(county.code, site).id if site else None
            filing = county.filing(channel=channel, site_id=site_id)
            cases[channel] = casework.file_case(filing, taker).case_id
            finish(county, cases[channel])
            ways[channel] = [state(entry) for entry in stream(cases[channel])]
    assert ways["window"][-1] == ("deliver", "delivered")
    assert {channel for channel, way in ways.items() if way == ways["window"]} == set(CHANNELS)
    assert {channel: read(case).row["channel"] for channel, case in cases.items()} == {one: one for one in CHANNELS}
    assert {read(case).row["number"][:6] for case in cases.values()} == {"990127"}


def test_one_form_of_a_bundle_reaches_every_department_and_one_pack_comes_out(county):
    """S071.  Given a newborn bundle, When the one form is filed, Then each department gets its part and one result pack
    comes out.

    The bundle of the seed is the restaurant's; a newborn's is another template of the same kind.
    """
    from tongban.hall import postman
    from tongban.hall.county.answers import answers_for
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.parts import parts_of
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences import queries as licences

    citizen = county.citizen()
    options = frozenset({"no-licence", "small", "with-sign"})
    with county.at(*DAY):
        filing = county.filing("open-restaurant", options=options)
        whole = answers_for(county.item("open-restaurant").form, Random(1), date(*DAY), whole=True)
        bundle = casework.file_case(replace(filing, answers=whole), citizen).case_id
        assert casework.tend_bundle(bundle) == ("started:registration",)
        _finish_part(county, bundle, "registration", citizen)
        assert casework.tend_bundle(bundle) == ("started:food", "started:sign", "started:drainage")
        for role in ("food", "sign", "drainage"):
            _finish_part(county, bundle, role, citizen)
        assert casework.tend_bundle(bundle) == ("join",)
        assert casework.tend_bundle(bundle) == ()
        casework.issue(bundle, county.able("deliver", "open-restaurant"))
        postman.drain(60)
        casework.deliver(bundle, county.able("deliver", "open-restaurant"), collector_id=citizen.id)
        documents = [one.kind for one in licences.documents_of(bundle)]
    assert {part.role: part.unit for part in parts_of(bundle)} == {
        "registration": "scjg",
        "food": "scjg",
        "sign": "cgj",
        "drainage": "sw",
    }
    assert {part.decision for part in parts_of(bundle)} == {"granted"}
    assert documents.count("result_pack") == 1
    assert (read(bundle).facts.state, steps_of(bundle).count("file")) == ("delivered", 1)


def _finish_part(county, bundle, role, citizen) -> None:
    """Ask for what a part still lacks, take it in, and carry the part to its end."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rooms.casework.queries.parts import parts_of
    from tongban.rooms.casework.queries.reading import read

    (part,) = [one for one in parts_of(bundle) if one.role == role]
    missing = read(part.case_id).facts.missing
    assert "business-licence" not in missing
    if missing:
        lacking = dict.fromkeys(missing, "没有提交，请补交")
        casework.ask_correction(part.case_id, county.able("accept", part.item_code), lacking)
        casework.supply(part.case_id, citizen, {code: Offer(file_id=county.upload()) for code in missing})
    finish(county, part.case_id)


def test_an_unmandated_person_does_not_file_for_a_company(county):
    """S017.  Given an unmandated person, When filing for an enterprise, Then it is refused until a mandate is
    confirmed.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import actions as people

    with county.at(*DAY):
        company, stranger = county.citizen("示例县演示建设有限公司"), county.citizen()
        filing = county.filing("drainage-permit", applicant=company)
        assert code_of(lambda: casework.file_case(filing, stranger)) == "mandate_missing"
        mandate = people.give_mandate(
            company.id,
            stranger.id,
            items=["drainage-permit"],
            powers=["file"],
            valid_until=date(2026, 12, 31),
            paper_file=county.upload(),
            actor="house",
        )
        assert code_of(lambda: casework.file_case(filing, stranger)) == "mandate_unconfirmed"
        people.confirm_mandate(mandate, actor=county.staff("window-1").name)
        assert casework.file_case(filing, stranger).number
