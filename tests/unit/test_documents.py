"""What the documents name is there: targets, commands, options, settings, files; and the rooms keep their order."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from orchestration.cli import app
from orchestration.configuration import Configuration, variable
from orchestration.paths import PROJECT_ROOT

README = PROJECT_ROOT / "README.md"
ROOMS = ("sources", "dbt_project", "expectations", "exports", "orchestration")
DOCUMENTS = (
    README,
    PROJECT_ROOT / "ARCHITECTURE.md",
    PROJECT_ROOT / "CHANGELOG.md",
    *sorted((PROJECT_ROOT / "docs").glob("*.md")),
    *(path for room in ROOMS for path in sorted((PROJECT_ROOT / room).glob("*/README.md"))),
    *(PROJECT_ROOT / room / "README.md" for room in ROOMS),
)
_ENDINGS = r"(?:py|yml|csv|sql|j2|md|ttl|typ|toml)"
# Files that a run, a user or another program makes, and examples of deliveries.
_MADE = {
    "dictionary.csv",
    "ordbog.md",
    "laes-mig.md",
    "dcat.ttl",
    "erhvervshus.yml",
    "sammenligning.csv",
    "superset_config.py",
}
_DELIVERIES = ("crm/", "crm_")


def text_of(path: Path) -> str:
    """Read a document."""
    return path.read_text(encoding="utf-8")


def commands() -> dict[str, TyperCommand | TyperGroup]:
    """List the commands of the program; those of a group as `quality ack`."""
    program = typer.main.get_command(app)
    assert isinstance(program, TyperGroup)
    found = dict(program.commands)
    for name, command in program.commands.items():
        if isinstance(command, TyperGroup):
            found |= {f"{name} {inner}": each for inner, each in command.commands.items()}
    return found


def options_of(command: TyperCommand | TyperGroup) -> set[str]:
    """List the options of a command."""
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


def test_the_readme_names_every_target_of_make() -> None:
    """Without it a suite of tests would be known only to who wrote it."""
    targets = set(re.findall(r"^([a-z]+):.*## ", text_of(PROJECT_ROOT / "Makefile"), flags=re.MULTILINE))
    assert len(targets) > 10
    assert targets - {"help"} - set(re.findall(r"\bmake ([a-z]+)", text_of(README))) == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_every_target_that_is_named_is_there(path: Path) -> None:
    """Without it a reader would type what has been renamed."""
    targets = set(re.findall(r"^([a-z]+):", text_of(PROJECT_ROOT / "Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text_of(path), flags=re.MULTILINE)) <= targets


def test_the_readme_names_every_command() -> None:
    """Without it a command would be found only by who asks for the help."""
    named = set(re.findall(r"erhvervshus ([a-z-]+)", text_of(README))) | set(
        re.findall(r"`([a-z-]+)`", text_of(README))
    )
    assert {name.split()[-1] for name in commands()} - named == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_commands_are_written_as_they_are_typed(path: Path) -> None:
    """Without it a command that a reader copies would end with a mistake."""
    known = commands()
    for line in re.findall(r"(?:`|bin/)erhvervshus ([a-z-][^`#;\n]*)", text_of(path)):
        words = line.split()
        if words[0].startswith("-"):
            continue
        assert words[0] in known, line
        inner = " ".join(words[:2])
        options = options_of(known[words[0]]) | (options_of(known[inner]) if inner in known else set())
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_settings_that_are_named_are_there(path: Path) -> None:
    """Without it a reader would set what nothing reads."""
    known = {variable(name) for name in Configuration.model_fields} | {"ERHVERVSHUS_CONFIG"}
    assert set(re.findall(r"\bERHVERVSHUS_[A-Z_]+[A-Z]\b", text_of(path))) <= known
    named = re.findall(r"\b(?:settings?|indstillingen) `([a-z_]+)(?:: [a-z]+)?`", text_of(path))
    assert set(named) <= set(Configuration.model_fields)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_files_that_are_named_are_there(path: Path) -> None:
    """Without it a room that is rearranged would leave its readers with the old map."""
    files = [each.relative_to(PROJECT_ROOT).as_posix() for room in (*ROOMS, "tests", "docs") for each in files_of(room)]
    named = re.findall(rf"`([\w./-]+\.{_ENDINGS})`", text_of(path))
    ours = {name for name in named if name not in _MADE and not name.startswith(_DELIVERIES)}
    assert {name for name in ours if not any(f"/{file}".endswith(f"/{name}") for file in files)} == set()


def files_of(folder: str) -> list[Path]:
    """List the files of a folder that are the project's own."""
    found = (PROJECT_ROOT / folder).rglob("*.*")
    return [path for path in found if not {"target", "__pycache__"} & set(path.parts)]


@pytest.mark.parametrize("room", ["sources", "expectations", "orchestration"])
def test_the_map_of_a_room_is_whole(room: str) -> None:
    """Without it a module would lie in a room whose map does not know it."""
    said = text_of(PROJECT_ROOT / room / "README.md")
    modules = {path.name for path in (PROJECT_ROOT / room).glob("*.py")} - {"__init__.py"}
    packages = {f"{path.parent.name}/" for path in (PROJECT_ROOT / room).glob("*/__init__.py")}
    assert {name for name in modules | packages if f"`{name}`" not in said} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_rooms_to_its_left(room: str) -> None:
    """Without it data could flow back, and no room could be understood by itself."""
    right = set(ROOMS[ROOMS.index(room) + 1 :])
    imported = {
        (path.relative_to(PROJECT_ROOT).as_posix(), name)
        for path in files_of(room)
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(text_of(path)))
        for name in _imports(node)
    }
    assert imported
    assert {(path, name) for path, name in imported if name.partition(".")[0] in right} == set()


def _imports(node: ast.AST) -> list[str]:
    """List what a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
