"""Write the manifest of persisted operations from the examples: `make manifest`."""

from pathlib import Path

from web.documents.persisted_documents import print_manifest, read_folder

FOLDER = Path(__file__).parent.parent / "examples" / "operations"
MANIFEST = FOLDER / "manifest.json"


def main() -> None:
    """Write it."""
    documents = read_folder(FOLDER)
    MANIFEST.write_text(print_manifest(documents))
    print(f"wrote {len(documents)} operations to {MANIFEST}")


if __name__ == "__main__":
    main()
