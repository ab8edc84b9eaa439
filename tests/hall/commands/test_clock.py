"""./run clock, as a person at the keyboard and a program at the other end of a pipe meet it."""

import subprocess
import sys

import pytest


def clock(*words: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongban.hall", "clock", *words],
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["2026-09-22", "20wd"], "2026-10-27"),
        (["2026-08-06", "60d"], "2026-10-08"),
        (["2026-08-06", "60d", "--no-roll"], "2026-10-05"),
        (["2026-09-22", "20wd", "--extend", "10wd"], "2026-11-10"),
        (["2026-03-02", "20wd", "--exclude", "2026-03-09..2026-03-20"], "2026-04-14"),
        (["2026-03-02", "5wd", "--exclude", "2026-03-03", "--exclude", "2026-03-05"], "2026-03-11"),
        (["2026-09-22T15:30", "4h"], "2026-09-23T11:00"),
        (["2026-09-30T15:30", "24h", "--always"], "2026-10-01T15:30"),
        (["2026-09-22T15:30", "4h", "--hours", "08:30-12:00,14:30-18:00"], "2026-09-23T10:00"),
        (["2026-09-22", "0.5wd"], "2026-09-23T14:00"),
        (["2026-01-31", "1m"], "2026-02-28"),
        (["2024-02-29", "1y"], "2025-02-28"),
    ],
)
def test_clock_answers_with_the_bare_date_or_moment(words, answer):
    done = clock(*words)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{answer}\n", "")


def test_clock_explains_every_day_and_ends_with_the_bare_date():
    done = clock("2026-09-22", "20wd", "--explain")
    lines = done.stdout.splitlines()

    assert (done.returncode, len(lines), lines[-1]) == (0, 37, "2026-10-27")
    assert lines[0] == "2026-09-22 周二 不计  起始日，不计入（民法典 第二百零一条）"
    assert lines[9] == "2026-10-01 周四 不计  国庆节放假"
    assert lines[18] == "2026-10-10 周六 计入  第8个工作日：国庆节调休上班"
    assert lines[-2] == "2026-10-27 周二 计入  第20个工作日，届满"


def test_clock_says_that_a_result_is_provisional_on_the_other_stream():
    done = clock("2026-12-28", "5wd")

    assert (done.returncode, done.stdout) == (0, "2027-01-04\n")
    assert done.stderr == "暂定：已公布的放假安排只有 2023-01-01 至 2026-12-31，此外按周末推定，公布后请重算。\n"


def test_clock_answers_each_line_also_those_that_are_wrong():
    asked = ["\ufeff2026-09-22 20wd\r", "2026-02-30 3d", "", "hello", "2026-09-22 20", "2026-08-06  60d"]
    asked += ["2026-09-22T15:30 4h", "2026-11-30 3m"]
    done = clock("-", lines="\n".join(asked))

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "2026-10-27",
        "第2行：没有“2026-02-30”这一天或这一刻，请核对日历。",
        "",
        "第4行：看不懂“hello”。每行写一个起始日和一个期限，中间空一格。",
        "第5行：看不懂期限“20”。请写成 20wd（工作日，可到半日）、60d（日）、4h（小时）、3m（月）或 1y（年）。",
        "2026-10-08",
        "2026-09-23T11:00",
        "2027-03-01",
    ]
    assert done.stderr.startswith("第8行：暂定：")


def test_clock_ends_well_when_all_lines_are_answered():
    done = clock("-", lines="2026-09-22 20wd\n2026-08-06 60d\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, "2026-10-27\n2026-10-08\n", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2026-13-01", "20wd"], "date_wrong"),
        (["20260922", "20wd"], "date_wrong"),
        (["2026-09-22", "20"], "limit_wrong"),
        (["2026-09-22"], "limit_missing"),
        (["9999-12-31", "5wd"], "date_out_of_range"),
        (["2026-09-22", "20wd", "--exclude", "2026-10-01..2026-09-30"], "range_wrong"),
        (["2026-09-22", "20wd", "--exclude", "2026-10-01T09:00"], "range_wrong"),
        (["2026-09-22", "4h", "--hours", "9-12"], "hours_wrong"),
        (["2026-09-22", "4h", "--hours", "09:00-12:00", "--always"], "hours_twice"),
        (["-", "20wd"], "lines_alone"),
        (["-", "--explain"], "lines_alone"),
    ],
)
def test_clock_says_what_is_wrong_and_how_to_write_it(words, said):
    done = clock(*words)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"（{said}）" in done.stderr


def test_clock_needs_no_django():
    script = (
        "import sys; from tongban.hall.__main__ import main; main(['clock', '2026-09-22', '20wd']);"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'psycopg', 'structlog'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["2026-10-27", "[]"]
