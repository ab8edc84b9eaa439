"""Which adapter speaks to a system.

Addresses come from the settings, keys from the key folder.
"""

import contextlib
import os
from pathlib import Path

from django.conf import settings

from tongban.rooms.exchange.folder_adapter import FolderAdapter
from tongban.rooms.exchange.http_adapter import HttpAdapter
from tongban.rooms.exchange.models import System
from tongban.rooms.exchange.port import Adapter
from tongban.rooms.exchange.simulator import Simulator
from tongban.rulebook.errors import Refused


def adapter_of(system: System) -> Adapter:
    """Return the adapter of a system.  Raises ``Refused``: ``system_on_paper``, ``simulator_refused``,
    ``address_missing``, ``key_missing``.
    """
    if system.adapter == "simulator":
        if not settings.TONGBAN_DEMO:
            raise Refused(
                "simulator_refused", "正式运行时不能用模拟的{name}。请改用真实接口或纸质方式。", name=system.name
            )
        return Simulator.of(system)
    if system.adapter == "http":
        return HttpAdapter(_address(system), system.key_id, secret(system.key_id))
    if system.adapter == "folder":
        return FolderAdapter(folder_of(system.code, system.name), system.key_id, secret(system.key_id))
    raise Refused("system_on_paper", "{name}没有接口，结果由工作人员登记。", name=system.name)


def secret(key_id: str) -> bytes:
    """Return the key shared with another system, from ``exchange-<key id>.key`` in the key folder."""
    path = Path(settings.TONGBAN_KEYS) / f"exchange-{key_id}.key"
    if not key_id or Path(path).parent != Path(settings.TONGBAN_KEYS) or not path.is_file():
        raise Refused(
            "key_missing", "找不到对接密钥“{key_id}”。请把密钥文件 exchange-{key_id}.key 放进密钥目录。", key_id=key_id
        )
    key = path.read_bytes().strip()
    if len(key) < 32:
        raise Refused("key_weak", "对接密钥“{key_id}”太短，至少应有32字节。请与对方重新约定。", key_id=key_id)
    return key


def make_demo_key(key_id: str) -> None:
    """Make the key of a simulated system, if absent, readable by its owner only.

    Raises ``Refused("simulator_refused")`` outside a demo: a real key is agreed with the other side.
    """
    if not settings.TONGBAN_DEMO:
        raise Refused("simulator_refused", "正式运行时对接密钥由双方约定，不能自动生成。请把密钥文件放进密钥目录。")
    path = Path(settings.TONGBAN_KEYS) / f"exchange-{key_id}.key"
    if path.exists():
        return
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(os.urandom(32).hex().encode())
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)  # whoever comes second keeps the first one's key
    fresh.unlink()


def folder_of(code: str, name: str = "") -> Path:
    """Return the folder in which files are exchanged with a system: from the settings, in a demo one of its own.

    Raises ``Refused("address_missing")``.
    """
    address = str(settings.TONGBAN_EXCHANGE.get(code, ""))
    if address.startswith("file:///"):
        return Path(address.removeprefix("file://"))
    if settings.TONGBAN_DEMO and not address:
        return Path(settings.TONGBAN_FILES).parent / "drop" / code
    raise Refused(
        "address_missing",
        "没有配置与{name}交换文件的目录。请在 TONGBAN_EXCHANGE 中写明（file:///…）。",
        name=name or code,
    )


def _address(system: System) -> str:
    address = str(settings.TONGBAN_EXCHANGE.get(system.code, ""))
    if not address.startswith(("https://", "http://")):
        raise Refused("address_missing", "没有配置{name}的接口地址。请在 TONGBAN_EXCHANGE 中写明。", name=system.name)
    return address.rstrip("/")
