"""PDF to text, page by page."""

import io
import logging

from ontopilot.errors import DocumentError


def as_text(data: bytes, name: str) -> tuple[str, str]:
    """The title that a PDF gives itself, or "", and its text; pages are paragraphs apart.

    Raises:
        DocumentError: it is damaged, wants a password, or has no text.
    """
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        pages = [page.extract_text().strip() for page in reader.pages]
        title = (reader.metadata.title or "").strip() if reader.metadata else ""
    except FileNotDecryptedError:
        raise DocumentError(f"document {name!r} wants a password; save it without one") from None
    except (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        # pypdf lets what a damaged file makes of its objects through as any of these.
        raise DocumentError(
            f"document {name!r} is a damaged PDF: {error}; save it again"
        ) from error
    if not any(pages):
        raise DocumentError(
            f"document {name!r} has no text, perhaps it is a scan; recognise its text first (OCR)"
        )
    return title, "\n\n".join(page for page in pages if page)
