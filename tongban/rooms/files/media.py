"""What a file is, told by its first bytes.  A name or a declared type proves nothing."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

#: First bytes -> kind.  Longer signatures first.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"%PDF-", "pdf"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\x7fELF", "program"),
    (b"\xff\xd8\xff", "jpg"),
    (b"BM", "bmp"),
    (b"MZ", "program"),
)

#: An entry that only such a document has -> kind.
_ENTRIES = {"OFD.xml": "ofd", "word/document.xml": "docx", "xl/workbook.xml": "xlsx"}

#: Kind -> what people call it.
LABELS = {
    "pdf": "PDF 文档",
    "jpg": "JPG 图片",
    "png": "PNG 图片",
    "gif": "GIF 图片",
    "bmp": "BMP 图片",
    "tiff": "TIFF 图片",
    "webp": "WebP 图片",
    "heic": "手机 HEIC 照片",
    "ofd": "OFD 版式文档",
    "docx": "Word 文档",
    "xlsx": "Excel 表格",
    "office": "旧版 Word 或 Excel 文档",
    "zip": "压缩包",
    "rar": "压缩包",
    "7z": "压缩包",
    "program": "程序文件",
    "html": "网页",
    "text": "纯文本",
    "unknown": "无法识别的文件",
}


def kind_of(content: bytes) -> str:
    """Return the kind of a content, a key of ``LABELS``."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"mif1", b"hevc"}:
        return "heic"
    return _text_kind(content[:4096])


def _inside_zip(content: bytes) -> str:
    """Tell OFD and Office documents from a plain archive by the names of their entries."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = frozenset(archive.namelist())
    except (BadZipFile, ValueError, NotImplementedError):
        return "zip"
    return next((kind for name, kind in _ENTRIES.items() if name in names), "zip")


def _text_kind(start: bytes) -> str:
    if b"\x00" in start:
        return "unknown"
    try:
        # The cut may fall inside a character: up to three bytes at the end do not count.
        start.decode("utf-8") if len(start) < 4096 else start.decode("utf-8", errors="ignore")
    except UnicodeDecodeError:
        return "unknown"
    lowered = start.lstrip().lower()
    return "html" if lowered.startswith((b"<!doctype html", b"<html", b"<svg", b"<?xml")) else "text"
