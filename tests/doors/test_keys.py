"""Every form that changes something carries a key, so that sending it twice does it once (``{% key %}``)."""

import re
from uuid import uuid4

import pytest

from tests.doors.browsing import signed_in, text_of
from tongban.hall.marked import PACKAGE

FORM = re.compile(r"(?s)<form\b([^>]*)>(.*?)</form>")
LOOKS = "asks a question and changes nothing; numbers of people do not stand in addresses"
SAME = "the same again leaves what is there"
#: Template -> why its forms, as many as are named, need no key.
WITHOUT: dict[str, tuple[int, str]] = {
    "admin/calendar_check.html": (1, LOOKS),
    "admin/closings.html": (1, LOOKS),
    "counter/agent.html": (1, LOOKS),
    "counter/index.html": (1, "leads to the form of registration, which has one"),
    "counter/results.html": (1, LOOKS),
    "counter/search.html": (1, LOOKS),
    "filing/paper.html": (3, SAME),
    "filing/questions.html": (1, "answers are merged question by question: " + SAME),
    "filing/signed_out.html": (1, "sends what was typed again, with the key that was in it"),
    "filing/upload.html": (1, "the same content is kept once: " + SAME),
    "items/edit.html": (1, SAME),
    "items/rehearse.html": (1, LOOKS),
    "items/whole.html": (1, SAME),
    "kiosk/check_in.html": (1, "an appointment has one number, however often it checks in"),
    "look/base.html": (3, SAME),
    "mine/export.html": (1, "a copy of her data is given out and logged each time"),
    "office/batch_choose.html": (1, "leads to the confirmation, which has one"),
    "office/export.html": (1, "a file is given out and logged each time"),
    "office/index.html": (3, "a search is kept under its name, dropped, or cases are chosen: " + SAME),
    "portal/progress.html": (1, LOOKS),
    "portal/verify.html": (1, LOOKS),
    "signin/account.html": (1, "what has ended stays so"),
    "signin/acting.html": (1, SAME),
    "signin/form.html": (1, "on the way in nobody is known yet; codes and tries are counted"),
    "signin/people.html": (1, "a demonstration lets in once more"),
    "signin/phone.html": (1, "a code is sent again, tries are counted"),
    "signin/post.html": (1, SAME),
}


def without_key(text: str) -> int:
    """Return how many forms of a template are sent by POST and carry no key."""
    forms = [(head, body) for head, body in FORM.findall(text) if re.search(r'method="post"', head, re.IGNORECASE)]
    return sum("{% key" not in body and 'name="key"' not in body for _, body in forms)


def test_every_form_that_changes_something_carries_a_key():
    found = {}
    for path in sorted(PACKAGE.rglob("doors/*/templates/**/*.html")):
        if bare := without_key(path.read_text(encoding="utf-8")):
            found["/".join(path.parts[-2:])] = bare
    assert found == {name: count for name, (count, _why) in WITHOUT.items()}


def test_every_key_is_looked_at():
    """A door whose forms carry a key reads it: else it is an ornament."""
    bare = []
    for door in sorted((PACKAGE / "doors").iterdir()):
        templates = [path.read_text(encoding="utf-8") for path in door.rglob("templates/**/*.html")]
        code = "".join(path.read_text(encoding="utf-8") for path in door.rglob("*.py"))
        if any("{% key" in text for text in templates) and not re.search(r'"key"|sent_once', code):
            bare.append(door.name)
    assert bare == ["look"] or bare == []


@pytest.mark.parametrize(
    ("form", "without"),
    [
        ('<form method="post">{% csrf_token %}<button></form>', 1),
        ('<form method="POST" class="x">{% csrf_token %}</form><form method="post">{% key %}</form>', 1),
        ('<form method="get"></form><form method="post"><input name="key" value="1"></form>', 0),
    ],
)
def test_a_form_without_key_is_found(form, without):
    assert without_key(form) == without


def test_what_is_sent_twice_is_done_once(county):
    """A mandate taken back, an item begun: the second press says what the first one said."""
    from tests.doors.rights_examples import Objects

    with county.at(2026, 9, 22):
        mandate = Objects(county).mandate
        me = signed_in(county.citizen())
        page = f"/mine/mandates/{mandate}/revoke/"
        key = re.findall(r'name="key" value="(\w+)"', me.get(page).content.decode())[0]
        first, second = (me.post(page, {"key": key}) for _ in range(2))
        assert first.url == second.url
        assert "已撤回委托" in text_of(me.get(first.url))
        assert me.post(page, {"key": uuid4().hex}).status_code == 404
        editor = signed_in(county.staff("editor"))
        sent = {"code": "fresh-item", "name": "新的事项", "copy": "", "key": uuid4().hex}
        assert editor.post("/manage/items/new/", sent).url == editor.post("/manage/items/new/", sent).url
        again = editor.post("/manage/items/new/", sent | {"key": uuid4().hex})
        assert again.status_code == 422
        assert "这个代号已有草稿" in text_of(again)
