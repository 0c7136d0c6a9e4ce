"""A process of its own that asks rustdl for justifications, so that it can be stopped.

It reads on stdin one line of JSON with the questions, then an RDF/XML document, and writes for
each question a line with the axioms, none where it finds no reason. It imports nothing of
ontopilot, so that it starts at once.
"""

import json
import sys


def main() -> None:
    """Answer the questions on stdin, one after another."""
    import rustdl

    questions = json.loads(sys.stdin.buffer.readline())
    prepared = rustdl.prepare_bytes(sys.stdin.buffer.read(), format="rdf-xml")
    for question in questions:
        try:
            found = [str(axiom) for axiom in prepared.justify(question)]
        except (rustdl.RustdlError, ValueError):
            found = []
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
