"""The schema that is checked in is the schema of the code."""

from devtools.export_schema import FOLDER, schema_files


def test_the_checked_in_schema_is_what_the_code_declares() -> None:
    kept = {path.name: path.read_text() for path in FOLDER.glob("*.graphql")}

    made = schema_files()

    assert sorted(kept) == sorted(made)
    for name, text in made.items():
        assert kept[name] == text, f"{name} has changed: run `make schema` and read its diff"
