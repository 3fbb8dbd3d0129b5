"""What a reader meets first: a sentence on each module, and names that say something."""

import ast
import re
from pathlib import Path

from tests.architecture.sources import PACKAGES, ROOT, sources, top_level_modules

EVERYTHING = [
    *(Path(f"{name}.py") for name in top_level_modules()),
    *sources(*PACKAGES, "tests"),
]
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
LINES_MAX = 400
SENTENCE = re.compile(r"[.:?!…]$")


def test_the_tree_is_found() -> None:
    assert len(EVERYTHING) > 300
    assert {path.parts[0] for path in EVERYTHING} >= {*PACKAGES, "tests", "gateway.py"}


def test_every_module_opens_with_a_sentence() -> None:
    docstrings = {
        str(path): ast.get_docstring(ast.parse((ROOT / path).read_text())) or ""
        for path in EVERYTHING
    }

    openings = {path: text.split("\n\n")[0] for path, text in docstrings.items()}
    assert {path: text for path, text in openings.items() if not SENTENCE.search(text)} == {}


def test_every_package_has_an_init() -> None:
    folders = {path.parent for path in EVERYTHING if path.parent != Path()}

    assert [str(each) for each in folders if not (ROOT / each / "__init__.py").exists()] == []


def test_no_name_says_nothing() -> None:
    words = {path: set(re.split(r"[_/.]", str(path.with_suffix("")))) for path in EVERYTHING}

    assert {
        str(path): found & EMPTY_NAMES for path, found in words.items() if found & EMPTY_NAMES
    } == {}


def test_no_class_is_a_manager_or_a_helper() -> None:
    named = [
        f"{path}: {node.name}"
        for path in EVERYTHING
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Utils?)$", node.name)
    ]

    assert named == []


def test_no_module_of_ours_is_too_long_to_read() -> None:
    product = [path for path in EVERYTHING if path.parts[0] != "tests"]
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in product}

    assert {path: count for path, count in lengths.items() if count > LINES_MAX} == {}
