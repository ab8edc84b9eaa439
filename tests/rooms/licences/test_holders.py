"""Whose licences are whose, records merged with hers included."""

from datetime import date


def test_licences_of_merged_records_are_those_of_either(county):
    from tests.rooms.people.sample import firm_code
    from tongban.rooms.licences import actions
    from tongban.rooms.licences.queries.licences import of_person
    from tongban.rooms.people import actions as people
    from tongban.rooms.people.models import Person

    facts = {
        "company_name": "重名示例店",
        "company_type": "有限责任公司",
        "premises": "示例县示范路 1 号",
        "legal_representative": "房示例",
        "scope": "餐饮服务",
    }
    dates = {"issued_on": date(2024, 5, 6), "valid_until": None}
    with county.at(2026, 3, 2):
        decider, made = county.able("decide", "company-registration"), []
        for serial in (801, 802, 803):
            code = firm_code(serial)
            firm = people.register_organisation("重名示例店", county=county.code, actor="house", credit_code=code)
            given = {"holder_id": firm, "issuer": "scjg", "number": f"SL-{serial}", "facts": facts, **dates}
            made.append((firm, actions.import_licence(county.code, "business-licence", decider, **given)))
        (first, own), (second, also), (third, others) = made
        assert [{row.id for row in of_person(firm)} for firm, _ in made] == [{own}, {also}, {others}]
        # Two firms with a code each are not merged at a desk; records brought in once were.
        Person.objects.filter(id=second).update(merged_into=first)
        assert [{row.id for row in of_person(firm)} for firm in (first, second)] == [{own, also}] * 2
        assert {row.id for row in of_person(third)} == {others}
