"""A process of its own in which rustdl tells whether axioms contradict one another, by cases.

It reads on stdin a line with a number and so many bytes of RDF/XML, and writes a line with 1 where
they do, else 0; then the next, until stdin ends. It imports nothing of ontopilot, so that it
starts at once.
"""

import sys


def main() -> None:
    """Answer for one document after another."""
    import rustdl

    while line := sys.stdin.buffer.readline():
        document = sys.stdin.buffer.read(int(line))
        try:
            found = rustdl.prepare_bytes(document, format="rdf-xml").justify(["inconsistent"])
        except (rustdl.RustdlError, ValueError):
            found = []
        sys.stdout.write(f"{int(bool(found))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
