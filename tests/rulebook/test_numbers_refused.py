"""What is said of a number that is wrong: which place, what belongs there, what to do, by what rule.

Also found by mutation testing: edges that nothing else reaches.
"""

import pytest

from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import items, organisations, registers

ORGANISATION = "GB 11714 全国组织机构代码编制规则"
ITEM = "GB/T 39554.1-2020 政务服务事项基本目录及实施清单 编码要求"
LOOKUP = "设计:查询码随机生成，与办件编号一同使用"
DOCUMENT = "设计:文书编号按单位、文种、年度连续编号，不留空号"
FORM = "文书编号应写作“示例政审受〔2026〕第000123号”的样子：代字、六角括号内四位年份、六位流水，请对照文书核对。"


@pytest.mark.parametrize(
    ("check", "text", "code", "sentence", "basis"),
    [
        (
            organisations.check_organisation_code,
            "12345678",
            "organisation_code_length",
            "组织机构代码应为9位，收到8位，少了1位，请对照原件补正。",
            ORGANISATION,
        ),
        (
            organisations.check_organisation_code,
            "1234567－9",
            "organisation_code_character",
            "组织机构代码第8位是“-”，这一位只能是数字或大写字母，请对照原件改正。",
            ORGANISATION,
        ),
        (
            organisations.check_organisation_code,
            "12345678A",
            "organisation_code_character",
            "组织机构代码第9位是“A”，这一位只能是数字或字母X，请对照原件改正。",
            ORGANISATION,
        ),
        (
            organisations.check_organisation_code,
            "123456780",
            "organisation_code_check",
            "组织机构代码的校验位（第9位）对不上，请对照证书逐位核对。",
            ORGANISATION,
        ),
        (
            items.check_handle_code,
            "123",
            "handle_code_length",
            "业务办理项编码应为33位，收到3位，少了30位，请对照原件补正。",
            ITEM,
        ),
        (
            items.check_handle_code,
            "1" * 33,
            "handle_code_task",
            (
                "业务办理项编码前31位应是实施编码：实施编码前18位应是实施主体的统一社会信用代码："
                "统一社会信用代码的校验位（第18位）对不上，有一位抄错或两位写颠倒了，请对照营业执照或登记证书逐位核对。"
            ),
            ITEM,
        ),
        (
            items.check_handle_code,
            "1" * 31 + "X1",
            "handle_code_character",
            "业务办理项编码第32位是“X”，这一位只能是数字，请对照原件改正。",
            ITEM,
        ),
        (
            items.check_handle_code,
            "",
            "handle_code_empty",
            "没有填写业务办理项编码，请填写33位的业务办理项编码。",
            ITEM,
        ),
        (
            registers.check_lookup_code,
            "ABC",
            "lookup_code_length",
            "查询码应为8位，收到3位，少了5位，请对照原件补正。",
            LOOKUP,
        ),
        (
            registers.check_lookup_code,
            "ABCDEFGU",
            "lookup_code_character",
            "查询码第8位是“U”，这一位只能是数字或字母（不用U），请对照原件改正。",
            LOOKUP,
        ),
        (registers.check_document_number, "示市监〔26〕第1号", "document_number_form", FORM, DOCUMENT),
        (registers.check_document_number, "示市监准字2026第000001号", "document_number_form", FORM, DOCUMENT),
        (
            registers.check_document_number,
            "示〔2026〕第000001号〔2026〕第000001号",
            "document_number_form",
            FORM,
            DOCUMENT,
        ),
    ],
)
def test_a_refusal_names_the_place_and_what_to_do(check, text, code, sentence, basis):
    with pytest.raises(Refused) as no:
        check(text)
    assert (no.value.code, no.value.sentence) == (code, sentence)
    assert no.value.basis is not None
    assert no.value.basis.text == basis


@pytest.mark.parametrize(("year", "n"), [(1949, 1), (9999, 999999), (2026, 1), (2026, 2)])
def test_document_numbers_run_from_the_first_to_the_last(year, n):
    made = registers.make_document_number("示市监", "准", year, n)
    for written in (made, " ".join(made)):
        read = registers.check_document_number(written)
        assert (read.prefix, read.year, read.n) == ("示市监准", year, n)


@pytest.mark.parametrize(("year", "n"), [(1948, 1), (10000, 1), (2026, 0), (2026, 1_000_000)])
def test_document_numbers_outside_that_are_not_made(year, n):
    with pytest.raises(ValueError, match=r"^a document number runs from 1 to 999999 within a year of four digits$"):
        registers.make_document_number("示市监", "准", year, n)
