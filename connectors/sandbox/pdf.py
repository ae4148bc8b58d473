"""A valid PDF of plain text, small enough to write by hand."""

from __future__ import annotations

from collections.abc import Iterable

LINES_PER_PAGE = 45
MAX_WIDTH = 95


def write_pdf(lines: Iterable[str]) -> bytes:
    """Text lines in Helvetica on as many A4 pages as they need."""
    rows = [line[:MAX_WIDTH] for line in lines]
    pages = [rows[start : start + LINES_PER_PAGE] for start in range(0, len(rows), LINES_PER_PAGE)] or [[]]
    first = 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        content = _write_page(page)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {first + 2 * number + 1} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")
    return _assemble(objects)


def _write_page(rows: Iterable[str]) -> bytes:
    shown = b"\n".join(b"(" + _escape(row) + b") Tj T*" for row in rows)
    return b"BT /F1 11 Tf 16 TL 50 790 Td\n" + shown + b"\nET"


def _escape(text: str) -> bytes:
    raw = text.encode("cp1252", errors="replace")
    return (
        raw.replace(b"\\", b"\\\\")
        .replace(b"(", b"\\(")
        .replace(b")", b"\\)")
        .replace(b"\n", b" ")
        .replace(b"\r", b" ")
    )


def _assemble(objects: list[bytes]) -> bytes:
    """Objects, the table of where each begins, and where the table begins."""
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    return body + head + table + tail
