"""What tests of filing do again and again: begin, fill in, upload, submit; over Django's client."""

import re
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

SHOP = "small-food-shop"
ANSWERS = {
    "shop_name": "示例早点铺",
    "owner": "林示例",
    "premises": "示例镇示例街 1 号",
    "area": "35",
    "projects": "热食类",
    "staff_count": "2",
}


def begin(client: Any, code: str = SHOP, *, for_id: Any = None, **more: Any) -> str:
    """Begin a draft and return the address of its task list."""
    page = client.get(f"/file/{code}/").content.decode()
    wanted = for_id or re.findall(r'name="for" value="([^"]+)"', page)[0]
    answer = client.post(f"/file/{code}/", {"for": wanted, "key": uuid4().hex, **more})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer.url


def base_of(client: Any, url: str) -> str:
    """Return the number of the answers that a page shows."""
    return re.findall(r'name="base" value="(\d+)"', client.get(url).content.decode())[0]


def fill_form(client: Any, tasks: str, answers: dict[str, Any] = ANSWERS) -> None:
    """Answer every page of the form."""
    page = 1
    while (shown := client.get(f"{tasks}form/{page}/")).status_code == 200:
        asked = re.findall(r'(?:input|textarea|select) id="f-([\w]+)"', shown.content.decode())
        asked += re.findall(r'fieldset id="f-([\w]+)"', shown.content.decode())
        given = {name: answers[name] for name in asked if name in answers}
        answer = client.post(f"{tasks}form/{page}/", {"base": base_of(client, f"{tasks}form/{page}/"), **given})
        assert answer.status_code == 302, answer.content.decode()
        page += 1


def upload(client: Any, url: str, content: bytes, name: str = "file", **more: Any) -> Any:
    """Send a file as the page does."""
    return client.post(url, {name: SimpleUploadedFile("photo.png", content), "do": "upload", **more})


def finish(client: Any, county: Any, tasks: str, codes: Any = ("application", "layout", "health")) -> str:
    """Upload, choose, declare, submit; returns the address of the receipt."""
    for code in codes:
        assert upload(client, f"{tasks}materials/{code}/", county.png).status_code == 302
    client.post(f"{tasks}delivery/", {"delivery": "electronic"})
    answer = client.post(f"{tasks}review/", {"declare": "true", "key": uuid4().hex})
    assert answer.status_code == 302, answer.content.decode()[:6000]
    return answer.url


def filed(client: Any, county: Any) -> str:
    """File the shop from beginning to end and return the id of the case."""
    tasks = begin(client)
    fill_form(client, tasks)
    return finish(client, county, tasks).split("/")[3]
