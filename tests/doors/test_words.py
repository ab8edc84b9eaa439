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


#: What may say no to somebody who applies, registers, uploads, books, asks or rates.
SAY_NO_TO_PEOPLE = (
    "rooms/files",
    "rooms/people/words.py",
    "rooms/people/actions/passwords.py",
    "rooms/people/actions/persons.py",
    "rooms/people/actions/slowing.py",
    "rooms/people/actions/mandates.py",
    "rooms/people/queries/persons.py",
    "rooms/ratings",
    "rooms/waiting/actions/tickets.py",
    "rooms/waiting/actions/seats.py",
    "rooms/waiting/actions/questions.py",
    "rooms/casework/actions/filing.py",
    "rooms/casework/actions/papers.py",
    "rooms/casework/actions/supplying.py",
    "rooms/casework/actions/consulting.py",
    "rulebook/asking.py",
    "rulebook/deciding.py",
    "rulebook/guards.py",
    "rulebook/renewing.py",
    "rulebook/numbers/citizens.py",
    "rulebook/numbers/certificates.py",
    "rulebook/numbers/text.py",
)


def test_a_refusal_people_may_read_keeps_its_values_apart():
    """A glued sentence, an f-string, stays Chinese on an English page."""
    found = []
    for place in SAY_NO_TO_PEOPLE:
        here = PACKAGE / place
        for path in sorted(here.rglob("*.py")) if here.is_dir() else [here]:
            found += [f"{path.name}:{line}" for line in _glued_refusals(path)]
    assert found == []


def _glued_refusals(path: Path) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("Refused", "super().__init__")
        and any(isinstance(said, ast.JoinedStr) for said in node.args[1:2])
    ]


def test_a_refusal_with_values_is_read_in_english(county):
    from tongban.doors.look.saying import in_words
    from tongban.rooms.files import actions as files
    from tongban.rulebook.errors import Refused

    with pytest.raises(Refused) as no:
        files.store(b"GIF89a", county="990127", actor="house")
    assert no.value.sentence.startswith("按内容看这是GIF 图片，这里只收 pdf、jpg、png。")
    with translation.override("en"):
        assert in_words(no.value.sentence) == (
            "By its content this is: GIF picture. Only pdf、jpg、png are taken here. "
            "Save it as pdf、jpg、png and upload again; changing its name does not help."
        )
    assert in_words("没有人翻译过的一句") == "没有人翻译过的一句"
