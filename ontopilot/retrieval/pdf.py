"""PDF to text, page by page."""

import io
import logging

from ontopilot.errors import DocumentError
from ontopilot.retrieval.document import Document
from ontopilot.retrieval.metadata import metadata


def as_document(data: bytes, name: str) -> Document:
    """A PDF's text, whose pages are paragraphs apart, and what it says of itself.

    Raises:
        DocumentError: it is damaged, wants a password, or has no text.
    """
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        pages = [page.extract_text().strip() for page in reader.pages]
        said = reader.metadata
        title = (said.title or "").strip() if said else ""
        fields = {"author": said.author, "subject": said.subject} if said else {}
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
    text = "\n\n".join(page for page in pages if page)
    return Document(name, text, title, markdown=False, metadata=((0, metadata(fields.items())),))
