"""The embedded PostgreSQL: found, made, started, stopped.  With DATABASE_URL it stands aside.

Two roles.  ``tongban_owner`` owns tables and migrates; ``tongban_app`` does everything else and can neither
own nor truncate a table, nor change the journal.  The server listens on a socket in a folder of its own, on
no port.  Whoever uses it holds a shared lock (a lease); the last one out stops it, so nothing stays behind,
and after a crash the next one in starts it again.
"""

import atexit
import contextlib
import fcntl
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, LiteralString
from urllib.parse import quote

from tongban.hall import binaries, state
from tongban.hall.progress import Bar

if TYPE_CHECKING:
    import psycopg

Role = Literal["app", "owner", "admin"]

APP = "tongban_app"
OWNER = "tongban_owner"
ADMIN = "postgres"
NAME = "tongban"

#: Seconds a start may take: recovery after a crash included.
START_LIMIT = 120
#: A socket's path must stay under about 107 bytes, ``/.s.PGSQL.5432`` included.
SOCKET_LIMIT = 90

_CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 80
shared_buffers = 256MB
max_wal_size = 2GB
max_slot_wal_keep_size = 4GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
"""
#: For tests: nothing survives a power cut, everything survives a killed process.
_CARELESS = "fsync = off\nfull_page_writes = off\nautovacuum_naptime = 60\n"

_lease: IO[str] | None = None


class DatabaseTrouble(SystemExit):
    """The database cannot be had.  The sentence says what to do."""


def ensure_server() -> bool:
    """Make the database answer, and hold a lease on it until this process ends.

    Returns whether this call started it.  Raises DatabaseTrouble with a Chinese sentence.
    """
    global _lease  # one lease for a process, however often it asks
    if state.external_url():
        return False
    if _lease is None:
        _lease = open(_lock_file("lease"), "w")  # noqa: SIM115 - held until the process ends
        fcntl.flock(_lease, fcntl.LOCK_SH)
        atexit.register(_stop_at_the_end)
    with _locked("start"):
        if _is_ready():
            return False
        if not (_data() / "PG_VERSION").exists():
            _initialise()
        _start()
        _make_roles()
        return True


def stop_server() -> bool:
    """Give the lease back, and stop the server if nobody else holds one.  Returns whether it was stopped."""
    global _lease
    if _lease is None:
        return False
    lease, _lease = _lease, None
    atexit.unregister(_stop_at_the_end)
    with lease, contextlib.suppress(BlockingIOError):
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with _locked("start"):
            if (_data() / "postmaster.pid").exists():
                _run("pg_ctl", "stop", "-D", _data(), "-m", "fast", "-w", "-t", START_LIMIT)
                return True
    return False


@contextlib.contextmanager
def kept_stopped() -> Iterator[None]:
    """Stop the embedded server, and let nobody start it meanwhile.

    Raises DatabaseTrouble while somebody else uses it.
    """
    stop_server()
    with open(_lock_file("lease"), "w") as lease:
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseTrouble("还有程序在用数据库。请先停下网站和投递员，再运行一次。") from None
        with _locked("start"):
            if (_data() / "postmaster.pid").exists():
                _run("pg_ctl", "stop", "-D", _data(), "-m", "fast", "-w", "-t", START_LIMIT)
            yield


def configuration(socket_folder: Path) -> str:
    """Return the settings of a server of ours whose socket lies in this folder."""
    return _CONFIGURATION.format(sockets=socket_folder) + (_CARELESS if _is_careless() else "")


def archive() -> Path | None:
    """Return the folder that keeps the log of all changes (TONGBAN_WAL), or None."""
    given = os.environ.get("TONGBAN_WAL")
    return Path(given).resolve() if given else None


def archiving() -> str:
    """Return the settings that keep the log of all changes, or nothing.  Raises DatabaseTrouble for a wrong folder."""
    folder = archive()
    if folder is None:
        return ""
    if set(str(folder)) & set("'\"%\\\n"):
        raise DatabaseTrouble(f"TONGBAN_WAL 的目录 {folder} 里有引号、百分号或反斜杠，数据库用不了。请换一个目录名。")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (user := server_user()) and folder.stat().st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
    if not binaries.can_pass(folder, server_user()):
        raise DatabaseTrouble(f"数据库的用户进不了 TONGBAN_WAL 的目录 {folder}。请换一个它能写的目录。")
    # Written whole and synced before it has its name; one that is there already must be the same.
    keep = f'cp "%p" "{folder}/%f.part" && sync "{folder}/%f.part" && mv "{folder}/%f.part" "{folder}/%f"'
    command = f'if [ -f "{folder}/%f" ]; then cmp -s "%p" "{folder}/%f"; else {keep}; fi'
    return f"archive_mode = on\narchive_timeout = 60\narchive_command = '{command}'\n"


def _stop_at_the_end() -> None:
    # A second Ctrl-C would leave the server behind; pg_ctl inherits this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop_server()


def server_url(role: Role = "app", database: str = "") -> str:
    """Return the URL by which ``role`` reaches ``database`` (the one in use when empty)."""
    if state.external_url():
        url = state.external_url() if role == "app" else os.environ.get("DATABASE_OWNER_URL") or state.external_url()
        return _with_database(url, database) if database else url
    user = {"app": APP, "owner": OWNER, "admin": ADMIN}[role]
    return f"postgresql://{user}@/{database or NAME}?host={quote(str(sockets()), safe='')}"


def django_settings(profile: str) -> dict[str, Any]:
    """Return Django's entry for the application's role.

    ``direct``: connections stay open and statements are prepared on the server (about four times the pace);
    ``pgbouncer``: neither, for transaction pooling.  Raises DatabaseTrouble for another profile or a wrong URL.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(server_url("app"))
    except psycopg.ProgrammingError:
        raise DatabaseTrouble(
            "看不懂 DATABASE_URL。请写成 postgresql://用户:密码@主机:端口/数据库；不写则使用自带的数据库。"
        ) from None
    options: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 1}
    if profile == "pgbouncer":
        options = {}
    elif profile != "direct":
        raise DatabaseTrouble(f"TONGBAN_DB_PROFILE 只能是 direct 或 pgbouncer，现在写的是 {profile}。")
    if one_login():
        if profile == "pgbouncer":
            raise DatabaseTrouble("经 pgbouncer 连接时，请用 DATABASE_OWNER_URL 另给建表用户的地址。")
        options["options"] = f"-c role={APP}"
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options |= {key: value for key, value in given.items() if key not in named}
    return {
        "ENGINE": "tongban.hall.engine",
        **{there: str(given.get(here) or "") for here, there in named.items()},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": profile == "pgbouncer",
        "OPTIONS": options,
    }


def one_login() -> bool:
    """Whether one outside login serves both roles, so that the application has to step down to its own role."""
    return bool(state.external_url()) and not os.environ.get("DATABASE_OWNER_URL")


def app_role() -> str:
    """Return the name of the role that gets the grants."""
    from psycopg.conninfo import conninfo_to_dict

    if one_login() or not state.external_url():
        return APP
    return str(conninfo_to_dict(state.external_url()).get("user") or "")


def connect(role: Role = "admin", database: str = "") -> "psycopg.Connection[Any]":
    """Return an autocommit connection."""
    import psycopg

    return psycopg.connect(server_url(role, database), autocommit=True)


def create_database(name: str, template: str | None = None) -> None:
    """Create database ``name``, owned by the owner, as a copy of ``template``."""
    from psycopg import sql

    with connect("admin", "postgres") as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        if not state.external_url():
            statement += sql.SQL(" OWNER {}").format(sql.Identifier(OWNER))
        connection.execute(statement)


def drop_database(name: str) -> None:
    """Drop database ``name``, whoever is connected to it.  An absent one is no error."""
    from psycopg import sql

    with connect("admin", "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@cache
def sockets() -> Path:
    """Return the folder of the socket.  Where the state folder's path is too long, a short one elsewhere."""
    return binaries.socket_folder(_home(), SOCKET_LIMIT, server_user())


def bindir() -> Path:
    """Return the folder of the PostgreSQL programs that fit the data there is.

    For an outside database those of its own version where they are installed: a newer pg_dump writes what an older
    server does not understand.
    """
    if state.external_url():
        with contextlib.suppress(SystemExit):
            return binaries.find(_outside_major(), _home(), server_user())
        return binaries.find(None, _home(), server_user())
    version = _data() / "PG_VERSION"
    return binaries.find(int(version.read_text()) if version.exists() else None, _home(), server_user())


@cache
def _outside_major() -> int:
    """Return the major version of the outside database."""
    with connect("owner") as connection:
        return connection.info.server_version // 10000


def data_folder() -> Path:
    """Return the folder of the embedded database's data."""
    return _data()


def run_program(program: str, *arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run a PostgreSQL program as the user the server runs as; its output is returned, not shown."""
    return _run(program, *arguments, **options)


def _with_database(url: str, database: str) -> str:
    from psycopg.conninfo import make_conninfo

    return make_conninfo(url, dbname=database)


@cache
def server_user() -> pwd.struct_passwd | None:
    """Return the user the server runs as, None: this one.  PostgreSQL refuses root."""
    return binaries.lesser_user() if os.geteuid() == 0 else None


@cache
def _home() -> Path:
    """Return where data and binaries may lie: the state folder, or one the lesser user can reach."""
    return binaries.reachable_home(state.folder(), server_user())


def _data() -> Path:
    return _home() / "pg"


def _lock_file(name: str) -> Path:
    return state.folder() / f"pg.{name}.lock"


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    with open(_lock_file(name), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(program: str, *arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return subprocess.run(
        [str(bindir() / program), *map(str, arguments)],
        env={**environment, "LC_ALL": "C"},
        cwd="/",
        text=True,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        | binaries.as_user(server_user())
        | options,
    )


def _is_ready() -> bool:
    # pg_ctl status is not asked: just after a kill it still says "running".
    return (_data() / "postmaster.pid").exists() and _run("pg_isready", "-q", "-h", sockets()).returncode == 0


def _initialise() -> None:
    """Make the data folder: under another name first, so that an interrupted making leaves nothing half-done."""
    fresh = _data().with_name("pg.new")
    binaries.empty_folder(fresh, server_user())
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if binaries.major(bindir()) < 17:
        locale = ["--locale=C.UTF-8"]
    careless = ["--no-sync"] if _is_careless() else []
    with Bar("建立数据库"):
        done = _run("initdb", "-D", fresh, "-U", ADMIN, "--encoding=UTF8", "--auth=trust", *locale, *careless)
    if done.returncode:
        raise DatabaseTrouble(f"数据库没有建成。PostgreSQL 说：\n{done.stdout}")
    with open(fresh / "postgresql.conf", "a") as file:
        file.write("\ninclude 'tongban.conf'\n")
    fresh.rename(_data())


def _is_careless() -> bool:
    return os.environ.get("TONGBAN_FSYNC") == "off"


def _start() -> None:
    settings = configuration(sockets()) + archiving()
    binaries.write_as(_data() / "tongban.conf", settings, server_user())
    binaries.forget_dead_postmaster(_data(), sockets())
    log = _home() / "pg.log"
    if not log.exists():
        binaries.write_as(log, "", server_user())
    end = time.monotonic() + START_LIMIT
    with Bar("启动数据库"):
        while True:
            # No pipe: the server would hold it open for as long as it lives.
            _run("pg_ctl", "start", "-D", _data(), "-l", log, "-w", "-t", 30, stdout=subprocess.DEVNULL)
            if _is_ready():
                return
            if time.monotonic() > end:
                raise DatabaseTrouble(f"数据库没有启动。日志 {log} 的末尾是：\n{log.read_text()[-1500:]}")
            time.sleep(0.2)


def _make_roles() -> None:
    wanted: tuple[tuple[str, LiteralString], ...] = (
        (OWNER, "CREATE ROLE tongban_owner LOGIN CREATEDB"),
        (APP, "CREATE ROLE tongban_app LOGIN"),
    )
    with connect("admin", "postgres") as connection:
        for role, statement in wanted:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(statement)
        present = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone()
    if not present:
        create_database(NAME)
