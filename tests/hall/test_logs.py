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


def test_a_line_is_one_json_object(capsys):
    configuration = logs.configuration("INFO")
    formatter = dict(configuration["formatters"]["json"])
    made = formatter.pop("()")(**formatter)
    record = logging.LogRecord("tongban.x", logging.INFO, "", 0, "电话 %s", ("13900000000",), None)
    line = json.loads(made.format(record))
    assert (line["event"], line["level"], line["logger"]) == ("电话 *********00", "info", "tongban.x")
