"""Several scanned pages become one document."""

from io import BytesIO

import pytest
from PIL import Image

from tongban.rulebook.errors import Refused


def page(kind="PNG", colour="white"):
    made = BytesIO()
    Image.new("RGB", (20, 30), colour).save(made, kind)
    return made.getvalue()


def test_pages_become_one_pdf_in_their_order():
    from pyhanko.pdf_utils.reader import PdfFileReader

    from tongban.rooms.files.binding import bind

    made = bind([page(), page("JPEG", "red"), page()])
    assert len(list(PdfFileReader(BytesIO(made), strict=False).root["/Pages"]["/Kids"])) == 3


def test_one_file_stays_as_it_is():
    from tongban.rooms.files.binding import bind

    assert bind([b"%PDF-1.7 as it came"]) == b"%PDF-1.7 as it came"


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ([], "file_empty"),
        ([page(), b"%PDF-1.7"], "bind_pictures"),
        ([page(), page()[:60]], "file_damaged"),
        ([page()] * 61, "bind_many"),
    ],
)
def test_what_cannot_be_bound_is_refused_in_words(pages, code):
    from tongban.rooms.files.binding import bind

    with pytest.raises(Refused) as caught:
        bind(pages)
    assert caught.value.code == code
