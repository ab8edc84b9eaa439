"""Every kind of document is set, with all that the law wants on it, the same bytes for the same data."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from tests.rooms.licences.paper_sample import COMMON, DATA, HOLDER, data, run_tool, text_of
from tongban.rooms.licences.paper import fields, glyphs
from tongban.rooms.licences.paper.typeset import required_fields, sheet, title_of, typeset
from tongban.rooms.licences.paper.wording import KINDS, PROCEEDINGS
from tongban.rulebook import kinds, steps
from tongban.rulebook.basis import design, law, unchecked
from tongban.rulebook.errors import Refused


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_set_with_what_every_document_owes(kind: str, tmp_path: Path):
    pdf = typeset(kind, data(kind))
    text = text_of(pdf, tmp_path)
    unit = "unit" if kind != "licence" else "issuer"

    shown = {
        "title": title_of(kind, data(kind)) in text,
        "number": str(COMMON["number"]) in text,
        "case number": str(COMMON["case_number"]) in text,
        "unit": str(data(kind)[unit]) in text,
        "date": ("2026年9月22日" if kind != "licence" else "2026年10月9日") in text,
        "basis": "依据：" in text,
        "demo": "印章为测试章，不具有法律效力" in text,
    }
    assert shown == dict.fromkeys(shown, True)
    assert "No syntax or stream encoding errors found" in run_tool("qpdf", "--check", str(tmp_path / "page.pdf"))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf


def test_every_sample_is_of_a_known_kind():
    assert sorted(DATA) == sorted(KINDS)


def test_every_document_owed_by_a_step_has_a_wording():
    owed = set()
    for module in vars(kinds).values():
        for step in getattr(module, "STEPS", ()):
            if isinstance(step, steps.Step):
                owed |= set(step.documents)
    source = "".join(path.read_text() for path in Path(kinds.__file__).parent.glob("*.py"))
    for written in re.findall(r"documents=\(([^)]*)\)", source):
        owed |= set(re.findall(r'"([a-z_]+)"', written))
    assert "acceptance_notice" in owed
    assert sorted(owed - set(KINDS)) == []


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, field) for kind in sorted(KINDS) for field in required_fields(kind)],
)
def test_a_missing_field_is_refused_by_its_name(kind: str, field: str):
    for nothing in (None, "  ", []):
        with pytest.raises(Refused) as refused:
            typeset(kind, data(kind, **{field: nothing}))
        assert (refused.value.code, f"“{fields.label(field)}”" in refused.value.sentence) == ("field_missing", True)


def test_every_field_named_in_a_wording_has_a_chinese_label():
    names = {name for kind in KINDS for name in required_fields(kind)}
    names |= {
        n for w in KINDS.values() for block in w.blocks for n in re.findall(r"\{(\w+)\}", getattr(block, "words", ""))
    }
    assert [name for name in sorted(names) if name not in fields.LABELS] == []


@pytest.mark.parametrize(
    ("kind", "field", "entry", "named"),
    [
        ("correction_notice", "missing", {"name": "食品安全管理制度", "reason": ""}, "“理由”"),
        ("promise", "materials", {"name": "健康证明"}, "“补交期限”"),
        ("licence", "records", {"label": "住所"}, "“内容”"),
    ],
)
def test_an_entry_that_lacks_a_column_is_named(kind: str, field: str, entry: dict, named: str):
    good = data(kind)[field]
    with pytest.raises(Refused) as refused:
        typeset(kind, data(kind, **{field: [*good, entry]}))
    assert (refused.value.code, f"第{len(good) + 1}项" in refused.value.sentence, named in refused.value.sentence) == (
        "field_missing",
        True,
        True,
    )


def test_the_same_data_gives_the_same_bytes_also_from_many_threads():
    once = typeset("licence", data("licence"))
    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(typeset, kind, data(kind)) for kind in ("receipt", "licence", "promise", "licence")]
    assert (others[1].result() == once, others[3].result() == once, others[0].result() == once) == (True, True, False)


def test_a_rare_name_is_printed_and_can_be_copied(tmp_path: Path):
    assert HOLDER in text_of(typeset("acceptance_notice", data("acceptance_notice")), tmp_path)
    assert glyphs.missing("𫖮䶮堃喆〔2026〕") == ()


@pytest.mark.parametrize("character", ["\U0002ffff", "😀", "\u0007", "\ue000"])
def test_a_character_without_glyph_is_refused_by_name_before_anything_is_made(character: str):
    with pytest.raises(Refused) as refused:
        typeset("receipt", data("receipt", applicant=f"王{character}示例"))
    assert refused.value.code == "glyph_missing"
    assert f"U+{ord(character):04X}" in refused.value.sentence


def test_typesetting_marks_in_the_data_stay_plain_text(tmp_path: Path):
    sly = '#panic("x") *粗* $x$ <a> @b = \\ {number}'
    assert "".join(sly.split()) in text_of(typeset("receipt", data("receipt", item=sly)), tmp_path)


def test_a_refusal_without_ground_is_refused():
    """S056: Given a refusal without ground, When saved, Then it is refused."""
    for kind in ("non_acceptance", "refusal_decision"):
        with pytest.raises(Refused) as refused:
            typeset(kind, data(kind, ground=""))
        assert refused.value.code == "field_missing"


def test_a_refusal_tells_both_remedies(tmp_path: Path):
    text = text_of(typeset("refusal_decision", data("refusal_decision")), tmp_path)
    assert "六十日内向示例县人民政府申请行政复议" in text
    assert "六个月内依法向示例县人民法院提起行政诉讼" in text


def test_an_extension_without_approver_or_reason_is_refused():
    for field in ("approver", "reason"):
        with pytest.raises(Refused) as refused:
            typeset("extension_notice", data("extension_notice", **{field: ""}))
        assert refused.value.code == "field_missing"


def test_only_listed_proceedings_stop_the_clock_of_a_licence():
    for listed in PROCEEDINGS:
        assert typeset("special_procedure_notice", data("special_procedure_notice", procedure=listed))[:5] == b"%PDF-"
    with pytest.raises(Refused) as refused:
        typeset("special_procedure_notice", data("special_procedure_notice", procedure="等待其他部门意见"))
    assert (refused.value.code, str(refused.value.basis)) == ("proceeding_not_listed", "行政许可法 第四十五条")


def test_articles_on_licences_are_cited_for_licences_only():
    """A registration or a benefit must bring its own basis: the licensing law does not govern it."""
    assert sheet("refusal_decision", data("refusal_decision"))["title"] == "不予行政许可决定书"
    assert sheet("refusal_decision", data("refusal_decision"))["bases"][0] == "行政许可法 第三十八条"
    with pytest.raises(Refused) as refused:
        sheet("refusal_decision", data("refusal_decision", item_class="给付"))
    assert (refused.value.code, "“依据”" in refused.value.sentence) == ("field_missing", True)
    own = sheet(
        "refusal_decision", data("refusal_decision", item_class="给付", bases=[law("社会救助暂行办法 第十一条")])
    )
    assert own["title"] == "不予行政给付决定书"
    assert own["bases"] == ["社会救助暂行办法 第十一条", "行政复议法 第二十条", "行政诉讼法 第四十六条"]


def test_a_basis_says_what_it_is():
    bases = [law("甲法 第一条"), unchecked("乙办法"), design("逐件留痕"), "丙规定"]
    assert [fields.cited(one) for one in bases] == [
        "甲法 第一条",
        str(unchecked("乙办法")),
        "本平台工作规则：逐件留痕",
        "丙规定",
    ]
    assert "待核" in str(bases[1])


def test_a_deemed_acceptance_does_not_say_the_papers_were_complete():
    page = sheet("acceptance_notice", data("acceptance_notice", deemed=True))
    text = "".join(block.get("text", "") for block in page["blocks"])
    assert ("视为受理" in text, "材料齐全" in text) == (True, False)


def test_a_long_list_runs_over_pages_with_its_head_repeated(tmp_path: Path):
    many = [{"name": f"第{at}号材料", "form": "电子", "copies": 1} for at in range(1, 81)]
    pdf = typeset("receipt", data("receipt", materials=many))
    text = text_of(pdf, tmp_path)
    pages = int(re.search(r"Pages:\s+(\d+)", run_tool("pdfinfo", str(tmp_path / "page.pdf"))).group(1))
    assert pages >= 3
    assert (text.count("序号名称"), f"第{pages}页，共{pages}页" in text, "第80号材料" in text) == (
        pages - 1,
        True,
        True,
    )


@pytest.mark.parametrize("layout", ["tall", "wide"])
def test_a_licence_fits_one_page_either_way(layout: str, tmp_path: Path):
    records = [{"label": f"登记项目{at}", "value": "示例县城关镇示例路1号"} for at in range(8)]
    (tmp_path / "a.pdf").write_bytes(typeset("licence", data("licence", layout=layout, records=records)))
    said = run_tool("pdfinfo", str(tmp_path / "a.pdf"))
    size = "841.89 x 595.276" if layout == "wide" else "595.276 x 841.89"
    assert (re.search(r"Pages:\s+1\n", said) is not None, size in said) == (True, True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"date": "2026-09-22"}, "field_kind"),
        ({"document_id": "no-uuid"}, "field_kind"),
        ({"seal": "章"}, "field_kind"),
        ({"materials": "申请书"}, "field_kind"),
        ({"item_class": "处罚"}, "item_class"),
        ({"qr": "x" * 500}, "code_long"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(changed: dict, code: str):
    with pytest.raises(Refused) as refused:
        typeset("receipt", data("receipt", **changed))
    assert refused.value.code == code


def test_an_unknown_kind_is_refused():
    with pytest.raises(Refused) as refused:
        typeset("poem", {})
    assert refused.value.code == "document_kind"


def test_the_properties_carry_the_legal_date_not_the_wall_clock(tmp_path: Path):
    (tmp_path / "a.pdf").write_bytes(typeset("receipt", data("receipt", date=date(2024, 2, 29))))
    assert "2024-02-29" in run_tool("pdfinfo", "-isodates", str(tmp_path / "a.pdf"))
