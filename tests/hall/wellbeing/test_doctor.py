"""``./run doctor``: each fault that can be staged is staged, named, and said how to mend; a sound house has none."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tongban.hall.wellbeing import faults, readiness
from tongban.rooms import clock

ROOT = Path(__file__).resolve().parents[3]


def told(look) -> str:
    """Return what the look says; every fault says what is wrong and what to do."""
    found = list(look())
    assert all(one.wrong.endswith("。") and one.remedy.endswith("。") for one in found)
    return "".join(one.wrong for one in found)


@pytest.fixture
def keys(settings, tmp_path):
    settings.TONGBAN_KEYS = tmp_path / "keys"
    settings.TONGBAN_KEYS.mkdir(mode=0o700)
    for name in readiness.KEYS:
        path = settings.TONGBAN_KEYS / name
        path.write_bytes(b"k" * 32)
        path.chmod(0o600)
    return settings.TONGBAN_KEYS


@pytest.fixture
def production(settings, monkeypatch):
    """Settings as they should be where people are served."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example/county")
    settings.TONGBAN_DEMO = False
    settings.ALLOWED_HOSTS = ["ban.example"]
    settings.SESSION_COOKIE_SECURE = True
    settings.TONGBAN_VERIFY_PAGE = "https://ban.example/verify"
    return settings


def test_a_full_disk(monkeypatch):
    assert told(faults.disk) == ""
    monkeypatch.setattr(faults, "LEAST_SPACE", 1 << 60)
    assert "磁盘只剩" in told(faults.disk)


def test_a_files_folder_that_cannot_be_written(settings, tmp_path):
    settings.TONGBAN_FILES = tmp_path
    assert told(faults.files) == ""
    assert list(tmp_path.iterdir()) == []
    settings.TONGBAN_FILES = tmp_path / "gone"
    assert "写不进去（上级目录不存在）" in told(faults.files)


def test_a_missing_key_and_loose_modes(keys):
    (keys / "public.pem").write_bytes(b"open to all by right")
    assert told(faults.keys) == ""
    (keys / "hash.key").chmod(0o640)
    assert told(faults.keys) == "密钥目录里有别的用户也能读的：hash.key。"
    (keys / "hash.key").unlink()
    assert "hash.key 不在密钥目录" in told(faults.keys)


def test_sound_settings_of_production(production):
    assert told(faults.production) == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TONGBAN_DEMO", True, "却开着演示模式"),
        ("DEBUG", True, "开着调试页面"),
        ("ALLOWED_HOSTS", ["*"], "通配的主机名"),
        ("ALLOWED_HOSTS", [".example"], "通配的主机名"),
        ("ALLOWED_HOSTS", ["localhost", "127.0.0.1"], "没有写对外的主机名"),
        ("SESSION_COOKIE_SECURE", False, "没有声明 HTTPS"),
        ("TONGBAN_VERIFY_PAGE", "http://127.0.0.1:8000/verify", "指向本机地址"),
    ],
)
def test_settings_that_fit_a_demonstration_only(production, name, value, words):
    setattr(production, name, value)
    assert words in told(faults.production)


def test_a_host_of_papers_is_named_and_must_be_of_the_same_domain(production):
    assert "没有设置 TONGBAN_PAPERS_HOST" in faults.papers_told()
    for name, sound in (("papers.ban.example", True), ("papers.example", True), ("papers.elsewhere", False)):
        production.TONGBAN_PAPERS_HOST = f"{name}:8443"
        production.ALLOWED_HOSTS = ["ban.example", name]
        assert ("不在同一个域名下" not in told(faults.production)) is sound
        assert f"单独的主机名 {name}:8443 发出" in faults.papers_told()
    production.ALLOWED_HOSTS = ["localhost", name]  # the host of papers is no way in
    assert "没有写对外的主机名" in told(faults.production)


@pytest.fixture
def zone_restored():
    """The zone of this process is as before afterwards; asked for before ``monkeypatch``, so that it ends after it."""
    yield
    time.tzset()


def test_a_wrong_time_zone_and_a_clock_that_stands_in_the_past(zone_restored, monkeypatch):
    for zone, sound in (("UTC", True), ("Asia/Shanghai", True), ("America/New_York", False)):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert (told(faults.machine_clock) == "") is sound
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(clock, "machine_milliseconds", lambda: 1_577_836_800_000)
    assert "早于这个版本发布的时候" in told(faults.machine_clock)


def test_the_holidays_of_next_year_are_missed_in_december():
    from tongban.rooms import calendars

    known = calendars.calendar().known_until
    with clock.held(clock.at_local(known.replace(month=11, day=30))):
        assert told(faults.calendar) == ""
    with clock.held(clock.at_local(known.replace(month=12, day=1))):
        assert f"放假安排只到 {known}" in told(faults.calendar)


def test_programs_and_fonts_that_are_not_there(settings, monkeypatch, tmp_path):
    assert told(faults.programs) == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "没有程序 pdfsig、qpdf、chromium：" in told(faults.programs)
    settings.TONGBAN_DEMO = False
    assert "没有程序 pdfsig、qpdf：" in told(faults.programs)
    monkeypatch.setattr(faults.state, "ROOT", tmp_path)
    assert "中文字体不见了" in told(faults.programs)


def test_a_database_that_does_not_answer(own_database):
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] += "_gone"
    try:
        assert "数据库连不上" in told(faults.server)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own_database.name


@pytest.mark.django_db
def test_a_database_that_is_too_old_careless_or_of_another_time(settings, monkeypatch):
    assert "太旧" not in told(faults.server)
    monkeypatch.setattr(faults, "OLDEST_SERVER", 990000)
    monkeypatch.setattr(faults, "CLOCK_APART", -1)
    settings.TONGBAN_DEMO = False
    said = told(faults.server)
    assert "太旧了" in said
    assert "时钟相差" in said
    assert "关闭了 fsync" in said  # as the tests' own server is


def test_tables_of_another_release(own_database):
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute("COMMENT ON SCHEMA public IS 'tongban schema {}'")
    assert told(faults.server) == "数据表不是这个版本的。"


def test_a_journal_without_a_range_for_next_year(county, monkeypatch):
    from tongban.rooms.ledger import ranges

    with county.at(2026, 9, 22):
        assert "分表" not in told(faults.server)
        year = ranges.this_year() + ranges.AHEAD
        monkeypatch.setattr(ranges, "this_year", lambda: year)
        assert f"台账还没有 {year + 1} 年的分表" in told(faults.server)


def test_a_postman_that_never_came_and_one_that_went_away(own_database):
    assert "投递员从来没有运行过" in told(faults.server)
    with psycopg.connect(own_database.url) as app:
        app.execute("INSERT INTO ledger_pulse VALUES ('postman', clock_timestamp() - '1 hour'::interval)")
    assert "投递员两分钟没有动静了" in told(faults.server)


def test_what_is_owed_for_long_and_a_moment_that_was_missed(county):
    from tongban.rooms.ledger import actions as ledger

    with county.at(2026, 9, 22):
        county.filed()
        ledger.promise("webhook", "case", uuid4(), f"test:{uuid4()}", {})
        ledger.show_pulse("postman")
        assert told(faults.server) == ""
    with county.at(2026, 10, 9):
        said = told(faults.server)
    assert "有 1 件“webhook”该办没办，最早的已等 17 天" in said
    assert "有 1 个办件期限已到而系统没有动作" in said


def test_a_seal_that_ends_soon_and_one_that_has_ended(county):
    from tongban.rooms.licences import queries as licences

    with county.at(2026, 9, 22):
        assert "印章" not in told(faults.server)
    last = min(seal.valid_until for seal in licences.seals(county.code))
    with clock.held(last - timedelta(days=10, hours=1)):
        assert "还有 10 天到期" in told(faults.server)
    with clock.held(last):
        assert "已经到期" in told(faults.server)


def doctor(database, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url, **environment}
    command = [sys.executable, "-P", "-m", "tongban.hall", "doctor", "--quiet"]
    return subprocess.run(command, env=surroundings, cwd=ROOT, capture_output=True, text=True)


def test_the_status_counts_the_faults(own_database):
    done = doctor(own_database, TONGBAN_DEBUG="1", TONGBAN_HOSTS="*", TZ="UTC")
    named = [line for line in done.stdout.splitlines() if line.startswith("✗")]
    assert done.returncode == len(named) >= 4  # demo with an outside database, debug, hosts, postman
    assert f"共 {len(named)} 处毛病。" in done.stdout


def test_a_key_that_prevents_the_start_is_told_and_not_made(own_database, tmp_path):
    done = doctor(own_database, TONGBAN_DEMO="0", TONGBAN_KEYS=str(tmp_path / "empty"))
    assert (done.returncode, "找不到密钥文件 secret.key" in done.stdout) == (1, True)
    assert list((tmp_path / "empty").iterdir()) == []
