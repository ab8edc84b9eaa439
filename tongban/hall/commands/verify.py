"""查验真伪：文件由谁盖章、盖章后有没有被改动、现在还有没有效。只有属实有效时退出码为 0。

./run verify 文书.pdf                       查验签名，并查是否已撤销、失效
./run verify 文书.pdf --offline             不连数据库，只用密钥目录里的公钥查验
./run verify 文书.pdf --keys 990127.pem     不连数据库，用查验页面公布的公钥文件查验
./run verify 'TB1.xxxx.……'                  查验扫出来的二维码内容（整个网址也可以）
./run verify journal                        核对台账、办件和编号是否一致
./run verify journal --with 文件            连同移出的台账文件一起核对；移出了又不给出的，退出码是 2
"""

import argparse
import sys
from pathlib import Path

from tongban.rulebook.errors import Refused

HELP = "查验文书真伪（PDF 或二维码内容），或核对台账：verify journal"
NEEDS_DJANGO = True
NEEDS_DATABASE = False


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", metavar="文件", help="PDF 文件、二维码内容，或 journal")
    parser.add_argument("--offline", action="store_true", help="不连数据库；不能得知是否已撤销")
    parser.add_argument(
        "--with", dest="beside", action="append", default=[], metavar="文件", help="journal：移出的台账文件，可以写几次"
    )
    parser.add_argument("--keys", metavar="公钥文件", help="用这个公钥文件查验，不连数据库")


def run(args: argparse.Namespace) -> int:
    """Verify and print; returns 0 only when all is genuine and in force."""
    if args.what == "journal":
        from tongban.hall import schema
        from tongban.hall.verifying import journal

        schema.prepare()
        return journal.run([Path(file) for file in args.beside])
    published = _published(args.keys)
    online = not args.offline and published is None and _database_answers()
    path = Path(args.what)
    return _file(path, online, published) if path.is_file() else _code(args.what, online, published)


def _published(name: str | None) -> bytes | None:
    if name is None:
        return None
    try:
        return Path(name).read_bytes()
    except OSError:
        raise Refused("keys_unreadable", f"读不到公钥文件“{name[:80]}”。请核对路径。") from None


def _file(path: Path, online: bool, published: bytes | None) -> int:
    from tongban.rooms.licences import queries

    data = path.read_bytes()
    verdict = queries.verify_pdf(data) if online else queries.verify_pdf_offline(data, published)
    print(verdict.sentence)
    if verdict.code is not None:
        print(f"文书编号：{verdict.code.number}")
    for label, value in verdict.details:
        print(f"{label}：{value}")
    return 0 if verdict.state == "valid" else 1


def _code(text: str, online: bool, published: bytes | None) -> int:
    from tongban.rooms.licences import queries
    from tongban.rooms.licences.paper import qr

    if not qr.CODE.search(text):
        print(f"没有名为“{text[:80]}”的文件，它也不是二维码内容。请核对路径。", file=sys.stderr)
        return 2
    found = queries.verify(text) if online else queries.verify_code_offline(text, published)
    print(found.sentence)
    return 0 if found.state == "valid" else 1


def _database_answers() -> bool:
    """Make the database answer; where it cannot be had, say so: the signature is checked all the same."""
    from tongban.hall import schema

    try:
        schema.prepare()
    except (Exception, SystemExit) as wrong:  # whatever keeps the database away, a file can be checked without it
        print(f"数据库连不上（{wrong}），只用公钥查验。", file=sys.stderr)
        return False
    return True
