"""The smallest PDF that any reader opens: one page of plain text."""

from __future__ import annotations

from collections.abc import Iterable

FIRST_LINE = 780
LINE_HEIGHT = 16
MOST_LINES = 46
RESOURCES = b"<< /Font << /F1 5 0 R >> >>"


def write_pdf(lines: Iterable[str]) -> bytes:
    """One A4-sized page with `lines` from the top; characters that Latin-1 does not have become question marks."""
    shown = list(lines)[:MOST_LINES]
    text = "".join(f"({_escape(line)}) Tj 0 -{LINE_HEIGHT} Td\n" for line in shown)
    stream = f"BT /F1 11 Tf 56 {FIRST_LINE} Td\n{text}ET".encode("latin-1", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %s >>" % RESOURCES,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, entries)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(body))
    return body + table + trailer


def _escape(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").replace("\n", " ").replace("\r", " ")
