"""Words of the pages: all are marked for translation, and the English catalogue has each of them."""

import ast
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tests.doors.browsing import text_of
from tongban.hall.commands.messages import faults_of_catalogue
from tongban.hall.marked import PACKAGE, sentences

CHINESE = re.compile("[\u4e00-\u9fff]")
#: What stands outside the text of a page: notes, marked sentences, and what a tag compares with.
MARKED = re.compile(
    r"\{#.*?#\}"
    r"|\{% comment .*?endcomment %\}"
    r"|\{% blocktranslate\b.*?\{% endblocktranslate %\}"
    r"|\{%.*?%\}"
    r'|_\("[^"]*"\)',
    re.DOTALL,
)
#: A language is offered under its own name; the component page shows made-up samples.
OWN_NAMES = {"tongban/doors/look/templates/look/base.html": "中文English"}
SAMPLES = "tongban/doors/look/templates/look/styleguide.html"


@pytest.fixture(scope="module")
def marked() -> frozenset[str]:
    """Every sentence marked for translation."""
    return frozenset(sentences())


def unmarked(text: str) -> list[str]:
    """Return the Chinese words of a template that nobody marked for translation."""
    return re.findall("[^<>\n]*[\u4e00-\u9fff][^<>\n]*", MARKED.sub("", text))


def test_every_chinese_word_of_a_page_is_marked():
    found = {}
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        name = path.relative_to(PACKAGE.parent).as_posix()
        words = [word for word in unmarked(path.read_text(encoding="utf-8")) if word != OWN_NAMES.get(name)]
        if words and name != SAMPLES:
            found[name] = words
    assert found == {}


def test_marks_between_values_are_those_of_the_language():
    """甲：乙 reads "A: B" on an English page; the component page shows made-up samples."""
    found = {}
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        bare = re.findall('[^<>\n]*[：、；（），。][^<>\n]*|join:"[、；]"', _unsaid(path.read_text(encoding="utf-8")))
        if bare and path.relative_to(PACKAGE.parent).as_posix() != SAMPLES:
            found[path.name] = bare
    assert found == {}


def _unsaid(text: str) -> str:
    """Return a template without what is marked for translation; filters of values stay, but for ``listed``."""
    return MARKED.sub("", re.sub(r'(?s)<script.*?</script>|listed:"."', "", text))


@pytest.mark.parametrize("text", ["<p>您好</p>", '<a title="您好">', '{{ a|default:"您好" }}', "<p>{{ a }}您好</p>"])
def test_a_forgotten_word_is_found(text):
    assert unmarked(text)


def test_scripts_take_their_words_from_the_page():
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((PACKAGE / "doors").rglob("static/**/*.js"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if CHINESE.search(line.partition("//")[0])
    ]
    assert found == []


def test_no_sentence_is_glued_before_it_is_translated():
    """A sentence with values already in it, an f-string, is in no catalogue."""
    assert [place for path in sorted(PACKAGE.rglob("*.py")) for place in _glued(path)] == []


def _glued(path: Path) -> list[str]:
    return [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "gettext", "gettext_lazy", "gettext_noop")
        and any(isinstance(said, ast.JoinedStr) for said in node.args)
    ]


def test_the_english_catalogue_is_complete():
    """Each sentence is gathered, translated with the same named gaps, and compiled."""
    assert faults_of_catalogue() == []


def test_words_of_tables_and_refusals_are_gathered(marked):
    assert {"临期", "老年人", "待受理", "请先登录。"} <= marked


def test_no_chinese_is_left_in_an_english_sentence(marked):
    """Only a number that is quoted as it stands on the paper keeps its Chinese characters."""
    with translation.override("en"):
        left = [said for said in sorted(marked) if CHINESE.search(translation.gettext(said))]
    assert [said for said in left if "〔2026〕" not in said] == []


def test_a_visitor_may_read_the_page_and_its_refusals_in_english(county):
    client = Client()
    client.cookies["tongban_lang"] = "en"
    assert "What do you need to do?" in text_of(client.get("/"))
    assert "Page not found" in text_of(client.get("/nosuch"))
    answer = client.post("/sign-in/", {"phone": "13900000000", "password": "not-the-password"})
    assert "Account or password is wrong." in text_of(answer)


#: Where people may meet a refusal: on a page, or as an answer of the API.
WHERE_PEOPLE_ARE_REFUSED = ("rooms", "doors", "rulebook")


def test_every_refusal_keeps_its_values_apart():
    """A sentence put together before it is translated, or a Chinese word in it that nobody marked, stays Chinese."""
    found = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for place in WHERE_PEOPLE_ARE_REFUSED
        for path in sorted((PACKAGE / place).rglob("*.py"))
        for line in _put_together(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        'raise Refused("code", f"没有{name}。")',
        'raise Refused("code", "没有" + name)',
        'raise Refused("code", "没有%s。" % name)',
        'raise Refused("code", "没有{}。".format(name))',
        'raise Refused("code", "没有甲。" if one else f"没有{name}。")',
        'said = f"没有{name}。"; raise Refused("code", said)',
        'made = Sentence(f"没有{name}")',
        'raise Refused("code", "没有{what}。", what=f"第 {n} 项")',
        'what = "一项" if one else "几项"; raise Refused("code", "没有{what}。", what=what)',
        'raise Refused("code", "没有{what}。", what=Words(["甲", "乙"]))',
    ],
)
def test_a_refusal_put_together_is_found(text):
    assert _put_together(f"def refuse(name, one, n):\n    {text}\n") == [2]


@pytest.mark.parametrize(
    "text",
    [
        'raise Refused("code", "没有{name}。", name=name)',
        'raise Refused("code", _("没有{name}。").format(name=name))',
        'raise Refused("code", "没有{what}。", what=Words((Sentence("甲"), name), "或"))',
        'raise Refused("code", "没有{what}。", what=f"“{name}”")',
    ],
)
def test_a_refusal_with_values_is_not_taken_for_one_put_together(text):
    assert _put_together(f"def refuse(name):\n    {text}\n") == []


def _put_together(source: str) -> list[int]:
    """Return the lines of sentences that no catalogue can have: f-strings, sums, and words nobody marked in them."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) in ("Refused", "super().__init__", "Sentence"):
                    told = call.args[:1] if ast.unparse(call.func) == "Sentence" else call.args[1:2]
                    values = [one.value for one in call.keywords]
                    if any(_is_glued(one) for said in told for one in _meant(function, said)) or any(
                        _is_unmarked(one) for value in values for one in _meant(function, value)
                    ):
                        found.add(call.lineno)
    return sorted(found)


def _meant(function: ast.FunctionDef, node: ast.expr) -> list[ast.expr]:
    """Return an expression, and what a name stands for where the function says so."""
    if not isinstance(node, ast.Name):
        return [node]
    return [
        one.value
        for one in ast.walk(function)
        if isinstance(one, ast.Assign) and any(isinstance(to, ast.Name) and to.id == node.id for to in one.targets)
    ]


def _is_glued(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_glued(node.body) or _is_glued(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("format", "join") and not ast.unparse(node.func.value).startswith("_(")
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def _is_unmarked(node: ast.AST) -> bool:
    """Whether Chinese words stand in a value that the page cannot translate."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Sentence", "_"):
        return False
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "Words":
        return _is_unmarked(node.args[0])  # what stands between the words is translated with them
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and CHINESE.search(node.value) is not None
    return any(_is_unmarked(one) for one in ast.iter_child_nodes(node))


def test_a_refusal_with_values_is_read_in_english(county):
    from tongban.doors.look.saying import in_words
    from tongban.rooms.files import actions as files
    from tongban.rulebook.errors import Refused

    with pytest.raises(Refused) as no:
        files.store(b"GIF89a", county="990127", actor="house")
    assert no.value.sentence.startswith("按内容看这是GIF 图片，这里只收 pdf、jpg、png。")
    with translation.override("en"):
        assert in_words(no.value.sentence) == (
            "By its content this is: GIF picture. Only pdf, jpg, png are taken here. "
            "Save it as pdf, jpg, png and upload again; changing its name does not help."
        )
    assert in_words("没有人翻译过的一句") == "没有人翻译过的一句"


def test_sentences_within_a_sentence_are_read_in_english():
    from tongban.doors.look.saying import in_words
    from tongban.rulebook.errors import Refused, Words
    from tongban.rulebook.numbers.items import check_handle_code

    with pytest.raises(Refused) as no:
        check_handle_code("1" * 33)
    assert no.value.sentence.startswith("业务办理项编码前31位应是实施编码：实施编码前18位应是")
    two = Words(["申请人", "代理人"])
    assert in_words(two) == two == "申请人、代理人"
    with translation.override("en"):
        assert in_words(two) == "Applicant, Agent"
        assert not CHINESE.search(in_words(no.value.sentence))


def test_every_word_of_a_case_has_its_english():
    from tongban.doors.look.words import WORDS, word

    with translation.override("en"):
        assert [one for one in WORDS if CHINESE.search(word(one))] == []


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("10个工作日", "10 working days"),
        ("0.5个工作日", "0.5 working days"),
        ("1日", "1 day"),
        ("第3个工作日，届满", "working day 3, ends"),
        ("第7个工作日：国庆节调休上班", "working day 7: working day made up for National Day"),
        ("国庆节放假", "holiday: National Day"),
        ("周末（放假安排未公布，按周末推定）", "weekend (holidays not announced yet, counted by weekends)"),
        ("第20个工作日，含延长的10个工作日", "working day 20, with the extension of 10 working days"),
        ("2026年10月10日09时30分", "2026-10-10 09:30"),
        ("周一至周五 08:30-12:00，14:30-18:00；周六 09:00-12:00", "Mon–Fri 08:30-12:00, 14:30-18:00; Sat 09:00-12:00"),
        ("周一、周三 09:00-12:00", "Mon, Wed 09:00-12:00"),
        ("食品小经营店登记证核发", "食品小经营店登记证核发"),
    ],
)
def test_limits_days_and_dates_are_said_in_english_and_names_stay(said, english):
    from tongban.doors.look.words import word

    with translation.override("en"):
        assert word(said) == english
    assert word(said) == said


def test_a_case_in_english_says_its_state_steps_and_limits(county):
    """What remains in Chinese are names: of the item, of the unit."""
    from tongban.rooms.casework.queries.reading import read

    with county.at(2026, 9, 22):
        row = read(county.accepted()).row
        client = Client()
        client.cookies["tongban_lang"] = "en"
        page = text_of(client.post("/progress/", {"number": row["number"], "code": row["lookup_code"]}))
    main = page.partition("How far it has come")[2] or page
    assert "Accepted" in page
    assert "10 working days" in page
    names = {
        "食品小经营店登记证核发",
        "示例县市场监督管理局",
        "现场核查",
        "行政许可法",
        "第四十二条",
        "优化营商环境条例",
    }
    left = set(re.findall("[\u4e00-\u9fff]+", main))
    assert left <= names | {"第三十六条", "中文"}
