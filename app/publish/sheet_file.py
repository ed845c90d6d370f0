"""Workbooks and CSV files from a disk; what cannot be read is refused with its reason."""

import stat
from pathlib import Path

from app.publish.complaint import Complaint, Refused
from app.publish.csv_table import csv_rows
from app.publish.sheet import Sheet, Unreadable, limited
from app.publish.workbook import MEGABYTE, protected, read_workbook

MOST_BYTES = 20 * MEGABYTE
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook, or the one table of a CSV file; raises Refused."""
    try:
        data = _bytes(path)
        if path.suffix.lower() == ".xlsx":
            return read_workbook(data)
        return limited([(None, csv_rows(data))])
    except Unreadable as error:
        complaint = Complaint((), error.en, error.zh, place=error.place)
        raise Refused({str(path): [complaint]}) from None


def _bytes(path: Path) -> bytes:
    try:
        told = path.stat()
        if not stat.S_ISREG(told.st_mode):
            raise Unreadable("is no file, but a folder or a device", "不是文件，而是文件夹或设备")
        if told.st_size > MOST_BYTES:
            raise Unreadable("is larger than 20 MB", "超过20 MB")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
    except FileNotFoundError:
        raise Unreadable("does not exist", "文件不存在") from None
    except OSError as error:
        reason = error.strerror
        raise Unreadable(f"cannot be read: {reason}", f"无法读取：{reason}") from None
    _require_kind(path.suffix.lower(), data)
    return data


def _require_kind(suffix: str, data: bytes) -> None:
    """Refuse what is no workbook and no CSV file, by its first bytes and its name."""
    if not data:
        raise Unreadable("is empty", "文件为空")
    if data.startswith(OLE):
        if ENCRYPTED in data:
            raise protected()
        raise Unreadable(
            "is a workbook of the old kind (.xls) or another old Office file: save it as .xlsx",
            "是旧式工作簿（.xls）或其他旧式Office文件：请另存为.xlsx",
        )
    if suffix not in (".xlsx", ".csv"):
        raise Unreadable(
            "is neither .xlsx nor .csv: save it as one of them",
            "既不是.xlsx也不是.csv：请另存为其中一种",
        )
    zipped = data.startswith(b"PK")
    if suffix == ".xlsx" and not zipped:
        raise Unreadable("is no .xlsx workbook, whatever its name", "虽以.xlsx命名，却不是工作簿")
    if suffix == ".csv" and zipped and b"[Content_Types].xml" in data:
        raise Unreadable(
            "is a workbook, not CSV: name it .xlsx", "是工作簿而不是CSV：请将扩展名改为.xlsx"
        )
