"""Logs carry no personal data, even where a library quotes what it was given."""

import json
import logging
import logging.config

import pytest

from tongban.hall import logs


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("身份证 990127199001011234 有误", "身份证 ****************34 有误"),
        ("99012719900101123X", "****************3X"),
        ("手机 13900000000", "手机 *********00"),
        ("case 0190163d-8694-739b-aea5-966c26f8ad91", "case 0190163d-8694-739b-aea5-966c26f8ad91"),
        ("20260922 份数 3", "20260922 份数 3"),
    ],
)
def test_numbers_like_personal_ones_are_masked(said, logged):
    assert logs.mask(said) == logged


def line_of(name, message, *args, **extra):
    """Return what is written of a line of a library."""
    configuration = logs.configuration("INFO")
    formatter = dict(configuration["formatters"]["json"])
    made = formatter.pop("()")(**formatter)
    record = logging.LogRecord(name, logging.INFO, "", 0, message, args, None)
    record.__dict__.update(extra)
    return json.loads(made.format(record))


def test_a_line_is_one_json_object():
    line = line_of("tongban.x", "电话 %s", "13900000000")
    assert (line["event"], line["level"], line["logger"]) == ("电话 *********00", "info", "tongban.x")
    assert "positional_args" not in line


@pytest.mark.parametrize(
    ("message", "before", "logged"),
    [
        ("%s: %s", "Not Found", "Not Found: progress/<str:code>"),
        ("Method Not Allowed (%s): %s", "POST", "Method Not Allowed (POST): progress/<str:code>"),
    ],
)
def test_of_an_address_that_django_quotes_only_the_route_is_said(message, before, logged):
    class Asked:
        class resolver_match:
            route = "progress/<str:code>"

    line = line_of("django.request", message, before, "/progress/TAP709VT/", request=Asked(), status_code=404)
    assert line["event"] == logged
    nowhere = line_of("django.request", message, before, "/TAP709VT/", request=object(), status_code=404)
    assert "TAP709VT" not in json.dumps(nowhere)
