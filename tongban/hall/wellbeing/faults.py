"""What ``./run doctor`` looks for: common faults of an installation, each with what to do about it.

A look returns the faults it found, or nothing.  None of them changes anything.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from tongban.hall import state
from tongban.hall.wellbeing import readiness
from tongban.rooms import calendars, clock

#: Least free space of the disk (bytes), and below which a warning stands.
LEAST_SPACE = 1 << 30
#: Days before a seal's certificate ends at which it is said.
SEAL_NOTICE = timedelta(days=60)
#: From this month on the holiday notice of next year is expected to be there.
EXPECTED_MONTH = 12
#: In this month, at the earliest, the notice of the year after is published.
_NOTICE_MONTH = 10
#: Seconds by which the machine's clock and the database's may differ.
CLOCK_APART = 30
#: How long something owed may wait before it is a fault.
OWED_TOO_LONG = timedelta(hours=1)
#: The oldest PostgreSQL, as ``server_version_num`` writes it.
OLDEST_SERVER = 150000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    #: What is wrong, and what to do about it, in plain Chinese.
    wrong: str
    remedy: str


Found = Iterable[Fault]


def disk() -> Found:
    """Space for data, files and keys."""
    for name, path in (("数据", state.folder()), ("文件", Path(settings.TONGBAN_FILES))):
        free = shutil.disk_usage(path).free
        if free < LEAST_SPACE:
            yield Fault(
                f"{name}目录 {path} 所在的磁盘只剩 {free / 2**20:.0f} MB。",
                "请清理旧备份（.state/backups 和归档的日志）或扩大磁盘；磁盘写满后，办件会被拒收，但已收下的不会丢。",
            )
            return


def files() -> Found:
    """Uploads can be written."""
    probe = Path(settings.TONGBAN_FILES) / f".doctor-{os.getpid()}"
    try:
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as no:
        yield Fault(
            f"文件目录 {probe.parent} 写不进去（{state.reason_of(no)}）。",
            "请把目录交给运行网站的用户：chown -R 用户 目录；或用 TONGBAN_FILES 另指目录。",
        )


def keys() -> Found:
    """The keys are there, whole, and closed to others."""
    folder = Path(settings.TONGBAN_KEYS)
    said = readiness.keys()
    if said != "well":
        yield Fault(
            f"密钥文件 {said.partition(':')[2]} 不在密钥目录 {folder} 里，或者不是 32 字节。",
            "请从另存的密钥备份里放回原来的那一份。千万不要新造：新的密钥读不出已有的个人信息。",
        )
    loose = sorted(path.name for path in [folder, *folder.rglob("*")] if _is_open_to_others(path))
    if loose:
        yield Fault(
            f"密钥目录里有别的用户也能读的：{'、'.join(loose[:5])}{' 等' if len(loose) > 5 else ''}。",
            f"请运行 chmod -R go= {folder}，并想一想有没有被别人读过；读过的要更换。",
        )


def _is_open_to_others(path: Path) -> bool:
    # What only checks (certificates, public keys) may be read by anybody.
    return path.suffix != ".pem" and bool(path.stat().st_mode & 0o077)


def production() -> Found:
    """What is right for a demonstration only."""
    if state.external_url() and settings.TONGBAN_DEMO:
        yield Fault(
            "连的是外部数据库，却开着演示模式（TONGBAN_DEMO=1）：任何人都能拨时钟、冒用演示身份。",
            "正式运行请去掉 TONGBAN_DEMO，再重启网站和投递员。",
        )
    if settings.DEBUG:
        yield Fault(
            "开着调试页面（TONGBAN_DEBUG=1），出错时会把内部数据显示给来访的人。", "请去掉 TONGBAN_DEBUG 后重启。"
        )
    if "*" in settings.ALLOWED_HOSTS or any(name.startswith(".") for name in settings.ALLOWED_HOSTS):
        yield Fault(
            "TONGBAN_HOSTS 里有通配的主机名，别人可以用假主机名伪造通知里的链接。",
            "请只写真正对外的主机名，用逗号隔开，如 TONGBAN_HOSTS=ban.example.gov.cn。",
        )
    if settings.TONGBAN_DEMO:
        return
    papers = settings.TONGBAN_PAPERS_HOST.partition(":")[0]
    pages = set(settings.ALLOWED_HOSTS) - _HERE - {papers}
    if not pages:
        yield Fault("没有写对外的主机名，别的机器打不开网站。", "请设置 TONGBAN_HOSTS=对外的主机名 后重启。")
    elif not settings.SESSION_COOKIE_SECURE:
        yield Fault(
            "对外开放却没有声明 HTTPS，登录凭据会明文传送。",
            "请在前面放一个做 HTTPS 的服务器（安装说明里有 nginx 的配置），再设置 TONGBAN_HTTPS=1。",
        )
    if settings.TONGBAN_VERIFY_PAGE.startswith(("http://127.", "http://localhost")):
        yield Fault(
            f"文书二维码指向本机地址 {settings.TONGBAN_VERIFY_PAGE}，群众扫了打不开。",
            "请设置 TONGBAN_VERIFY_PAGE=https://对外的主机名/verify，之后盖章的文书才会带上正确的地址。",
        )
    above = papers.partition(".")[2]
    if papers and pages and not any(f".{one}".endswith(f".{above}") for one in pages):
        yield Fault(
            f"材料的主机名 {papers} 和网页的主机名不在同一个域名下，浏览器会拦下网页里的图片。",
            "请在网页的域名下另取一个，如 papers.ban.example.gov.cn，改 TONGBAN_PAPERS_HOST 后重启。",
        )


def papers_told() -> str:
    """Return where files and documents are given out: no fault either way."""
    apart = settings.TONGBAN_PAPERS_HOST
    if apart:
        return f"材料和文书从单独的主机名 {apart} 发出（TONGBAN_PAPERS_HOST）。"
    return "材料和文书从网页的主机名发出（没有设置 TONGBAN_PAPERS_HOST；安装说明第六节说怎样另设一个）。"


_HERE = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def calendar() -> Found:
    """Working days are known far enough ahead."""
    known, today = calendars.calendar().known_until, clock.today()
    wanted = date(today.year + (today.month >= EXPECTED_MONTH), 12, 31)
    if known < wanted:
        yield Fault(
            f"放假安排只到 {known}，之后的期限是按周末推定的。",
            f"国务院办公厅公布 {wanted.year} 年放假安排后，请升级版本，或由系统管理员在“系统管理 → 工作日历”里放入。",
        )


def programs() -> Found:
    """What reads and draws documents."""
    fonts = list((state.ROOT / "tongban" / "assets" / "fonts").glob("*.ttf"))
    if not fonts:
        yield Fault("随软件带的中文字体不见了，文书做不出来。", "请重新取一份完整的代码（tongban/assets/fonts）。")
    packages = {"pdfsig": "poppler-utils", "qpdf": "qpdf"}
    if settings.TONGBAN_DEMO:  # for tests and pictures; a server for the public does not need it
        packages["chromium"] = "chromium"
    absent = [name for name in packages if shutil.which(name) is None]
    if absent:
        yield Fault(
            f"没有程序 {'、'.join(absent)}：运行不靠它们，核对文书和测试要用。",
            f"需要时请运行 apt install {' '.join(packages[name] for name in absent)}。",
        )


def machine_clock() -> Found:
    """The machine's clock is plausible; legal dates do not depend on its time zone, logs and cron do."""
    known = calendars.calendar().known_until
    machine = datetime.fromtimestamp(clock.machine_milliseconds() / 1000, clock.SHANGHAI)
    if machine.date() < date(known.year - 1, _NOTICE_MONTH, 1):
        yield Fault(
            f"这台机器的时钟停在 {machine.date()}，早于这个版本发布的时候。",
            "请对时：timedatectl set-ntp true。对好之前不要办件，期限会算错。",
        )
    if time.timezone not in (-8 * 3600, 0):
        yield Fault(
            f"这台机器的时区是 {time.tzname[0]}，定时备份会在意想不到的钟点运行（期限不受影响）。",
            "请运行 timedatectl set-timezone Asia/Shanghai。",
        )


def server() -> Found:
    """The database: its version, its tables, its clock, what is owed."""
    from django.db import Error, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
                " current_setting('fsync')"
            )
            number, version, fsync = cursor.fetchone()
        apart = abs(clock.database_apart())
    except Error as no:
        said = " ".join(str(no).split())[:300]
        yield Fault(
            f"数据库连不上（{said}）。", "请确认数据库已经启动、DATABASE_URL 的地址和密码没有写错、磁盘没有写满。"
        )
        return
    if number < OLDEST_SERVER:
        yield Fault(f"数据库是 PostgreSQL {version}，太旧了。", "请升级到 15 或更新的版本（先备份）。")
    if apart > CLOCK_APART:
        yield Fault(
            f"这台机器的时钟和数据库的时钟相差 {apart:.0f} 秒，期限会算错。",
            "请两边都开启对时：timedatectl set-ntp true，然后用 timedatectl 核对。",
        )
    if fsync != "on" and not settings.TONGBAN_DEMO:
        yield Fault("数据库关闭了 fsync，断电会丢数据。", "请在 postgresql.conf 里设置 fsync = on 后重启数据库。")
    if readiness.tables() != "well":
        yield Fault(
            "数据表不是这个版本的。", "请先备份，停下旧的网站和投递员，再启动新版本的：启动时会自动更新数据表。"
        )
        return
    yield from _ranges()
    yield from _postman()
    yield from _owed()
    yield from _seals()


def _ranges() -> Found:
    from django.db import connection

    from tongban.rooms.ledger import ranges

    with connection.cursor() as cursor:
        lacking = ranges.lacking(cursor)
    if lacking and lacking[0] <= ranges.this_year() + 1:
        yield Fault(
            f"台账还没有 {lacking[0]} 年的分表，那一年的办件都会记进最后一张分表，日后不能单独移出。",
            "请用建表用户的地址（DATABASE_OWNER_URL）运行 ./run ledger make；收件不受影响，也不用停机。",
        )


def _postman() -> Found:
    said = readiness.postman()
    if said != "well":
        when = "从来没有运行过" if said == "never" else "两分钟没有动静了"
        yield Fault(
            f"投递员{when}：文书不盖章，通知不发出，到期不会自动办理。",
            "请启动它：systemctl start tongban-postman，或 ./run postman；启动不了的，看它的日志。",
        )


def _owed() -> Found:
    from tongban.rooms.casework.queries.sweeping import missed_moments
    from tongban.rooms.ledger import queries as ledger

    now = clock.now()
    for one in ledger.backlog(now):
        if now - one.oldest > OWED_TOO_LONG:
            why = f"，最近一次没成的原因是 {one.trouble}" if one.trouble else ""
            yield Fault(
                f"有 {one.due} 件“{one.kind}”该办没办，最早的已等 {_long(now - one.oldest)}{why}。",
                "投递员在运行的，看它日志里 promise_failed、promise_waits 的行；对方系统坏了的，等它恢复会自动补上。",
            )
    count, oldest = missed_moments(now)
    if oldest and now - oldest > OWED_TOO_LONG:
        yield Fault(
            f"有 {count} 个办件期限已到而系统没有动作，最早的已过 {_long(now - oldest)}。",
            "请确认投递员在运行；在运行的，看日志里 sweep_row_failed 的行，按办件编号报给开发者。",
        )


def _seals() -> Found:
    from tongban.rooms.licences import queries as licences
    from tongban.rooms.supervision import queries as supervision

    now: datetime = clock.now()
    for county in supervision.counties():
        for seal in licences.seals(county):
            if seal.withdrawn_at is None and seal.valid_until - now < SEAL_NOTICE:
                ended = "已经到期" if seal.valid_until <= now else f"还有 {(seal.valid_until - now).days} 天到期"
                yield Fault(
                    f"{county} 的印章“{seal.name}（{seal.use}）”{ended}。",
                    "请向制章单位换领新的证书，在“管理—印章”里换上；到期后这枚印章盖不了新的文书，已盖的不受影响。",
                )


def _long(gap: timedelta) -> str:
    return f"{gap.days} 天" if gap.days else f"{gap.seconds // 3600} 小时"


#: Everything looked at, in the order in which one would mend it.
LOOKS: dict[str, Callable[[], Found]] = {
    "磁盘": disk,
    "文件目录": files,
    "密钥": keys,
    "正式运行的设置": production,
    "时钟": machine_clock,
    "放假安排": calendar,
    "字体和程序": programs,
    "数据库、投递员、印章": server,
}
