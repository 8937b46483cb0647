"""What a file may be called and what it may be: its name, its extension and its first bytes must agree.

Only types that evidence comes in are taken. Archives are not: what they hold can't be checked. Web pages, drawings
with scripts (SVG), scripts and programs are refused whatever they are called.
"""

import hashlib
import re
import unicodedata
import zipfile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 200
CHUNK = 1 << 20

_OFFICE = "application/vnd.openxmlformats-officedocument."
# Extension -> media type. The texts are served as plain text whatever they hold.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
}
# Anywhere in a name, for a reader who hides known extensions sees "invoice.exe" of "invoice.exe.pdf".
_SCRIPT = re.compile(
    r"\.\s*(ade|adp|apk|app|appref|bas|bat|bin|cab|chm|cmd|com|cpl|dll|dmg|docm|dotm|elf|exe|gadget|hlp|hta|html?"
    r"|inf|ins|iso|jar|jnlp|jse?|jsp|lnk|mhtml?|ms[cipt]|php\d?|phtml|pif|pl|pptm|ps[12]|psm1|pyc?|rb|reg|rpm|sc[frt]"
    r"|sh|shb|so|svgz?|swf|sys|url|vb[es]?|war|ws[cfh]?|x?html?|xlsm|xll|xltm|xml|xsl)\s*(?=\.|\Z)",
    re.IGNORECASE,
)
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_OFFICE_PARTS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_MOST_PARTS = 5_000
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<head|<body|<script|<svg|<\?xml|<\?php|#!|<!--)", re.IGNORECASE)


def clean_name(text):
    """The name a file is kept under: its last part, in one spelling, without what a reader can't see.

    Raises ValidationError for a name of a script, a device, nothing but an extension, or one that is too long.
    """
    name = unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2]
    if any(unicodedata.category(sign) in _INVISIBLE for sign in name):
        raise ValidationError(_("The name holds signs that can't be seen. Rename the file."))
    name = " ".join(name.split()).strip(". ")
    stem, _dot, extension = name.rpartition(".")
    if not stem or extension.lower() not in MEDIA_TYPES:
        raise ValidationError(
            _("This kind of file is not taken. Use one of: %(kinds)s."),
            params={"kinds": ", ".join(MEDIA_TYPES)},
        )
    if _SCRIPT.search(stem) or _DEVICES.match(stem.partition(".")[0].strip()):
        raise ValidationError(_("The name is that of a program or a script. Rename the file."))
    if len(name) > LONGEST_NAME:
        raise ValidationError(_("The name is longer than %(most)d signs."), params={"most": LONGEST_NAME})
    return name


def media_type_of(name, file):
    """The media type of a file with a clean name, when its content is what the extension says; ValidationError else."""
    extension = name.rpartition(".")[2].lower()
    file.seek(0)
    head = file.read(1024)
    if not _is(extension, head, file):
        raise ValidationError(
            _("The content is not what the name says (%(extension)s)."), params={"extension": extension}
        )
    return MEDIA_TYPES[extension]


def digest_of(file):
    """SHA-256 of the whole content, in hexadecimal."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _is(extension, head, file):
    if extension in _OFFICE_PARTS:
        return head.startswith(b"PK\x03\x04") and _is_office(extension, file)
    if extension in ("txt", "log", "csv"):
        return not _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")) and _is_text(file)
    if extension == "webp":
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    signatures = {
        "pdf": (b"%PDF-",),
        "png": (b"\x89PNG\r\n\x1a\n",),
        "gif": (b"GIF87a", b"GIF89a"),
        "jpg": (b"\xff\xd8\xff",),
        "jpeg": (b"\xff\xd8\xff",),
    }
    return head.startswith(signatures[extension])


def _is_text(file):
    """No byte that no text holds: control signs besides tab, line ends, form feed and the escape of coloured logs."""
    forbidden = bytes(set(range(32)) - {9, 10, 12, 13, 27})
    file.seek(0)
    while chunk := file.read(CHUNK):
        if len(chunk.translate(None, forbidden)) != len(chunk):
            return False
    return True


def _is_office(extension, file):
    """A document of that kind without macros; only the table of its parts is read, nothing is unpacked."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as document:
            names = document.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    return (
        len(names) <= _MOST_PARTS
        and "[Content_Types].xml" in names
        and any(name.startswith(_OFFICE_PARTS[extension]) for name in names)
        and not any("vbaproject" in name.lower() for name in names)
    )
