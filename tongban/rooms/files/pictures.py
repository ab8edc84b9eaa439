"""Pictures are drawn anew before they are kept: what a camera wrote beside them, or somebody hid in them, is gone."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from tongban.rulebook.errors import Refused

#: Points of the largest picture taken: more than the largest photograph of a usual phone, some 200 MB when drawn.
POINTS = 64_000_000
#: How much of a photograph is kept: nothing an eye would miss.
QUALITY = 92
#: Kind as ``media`` tells it -> the only format it is read as.
FORMATS = {"jpg": "JPEG", "png": "PNG"}


def redrawn(content: bytes, media: str) -> bytes:
    """Return a picture (``jpg`` or ``png``) drawn anew, upright; anything else as it is.

    Place, time and camera (EXIF), comments, previews and whatever stands behind the picture are gone.
    Raises ``Refused``: ``picture_too_large``, ``file_damaged``.
    """
    if media not in FORMATS:
        return content
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the points are counted here
            return _drawn(content, media)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, MemoryError) as error:
        raise Refused(
            "file_damaged", "这张图片打不开，可能没有传完整或已损坏。请在手机或电脑上打开确认，重新拍照或扫描后再上传。"
        ) from error


def _drawn(content: bytes, media: str) -> bytes:
    with Image.open(BytesIO(content), formats=[FORMATS[media]]) as picture:
        # The size stands in the first bytes: nothing has been unpacked yet.
        if picture.width * picture.height > POINTS:
            raise _too_large()
        upright = ImageOps.exif_transpose(picture)
        clean = upright.convert("RGB") if media == "jpg" else upright.copy()
        through = clean.info.get("transparency")
    clean.info.clear()
    if through is not None:
        clean.info["transparency"] = through
    made = BytesIO()
    if media == "jpg":
        clean.save(made, "JPEG", quality=QUALITY, subsampling=0)
    else:
        clean.save(made, "PNG")
    return made.getvalue()


def _too_large() -> Refused:
    most = POINTS // 1_000_000
    return Refused("picture_too_large", "图片超过了 {most} 百万像素。请调低拍照或扫描的清晰度后重新上传。", most=most)
