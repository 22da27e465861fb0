"""The open data: what may be published and no more, readable by any program, described as the profiles ask."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import hypothesis.strategies as st
import pandas as pd
import pyarrow.parquet as pq
import pyshacl
import pytest
from hypothesis import given, settings
from rdflib import DCAT, DCTERMS, RDF, BNode, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from exports.open_data import write_open_data
from exports.open_data.settings import CatalogueSettingsError, read_settings
from exports.statement.columns import HiddenFigureError
from tests.unit.exports import tabular_statement as sample

SHAPES = Path(__file__).with_name("dcat_ap_dk.shapes.ttl")
TABLES = ("statement_goals", "statement_measures", "statement_odd", "statement_empty")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The open data of the sample statement."""
    folder = tmp_path_factory.mktemp("open") / "aabne-data"
    write_open_data(sample.statement(), folder)
    return folder


def records(path: Path) -> list[dict[str, str]]:
    """Read a CSV file as a strict reader does."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def catalogue(path: Path) -> Graph:
    """Read a catalogue as if it lay on the web."""
    form = "turtle" if path.suffix == ".ttl" else "json-ld"
    return Graph().parse(
        data=path.read_text(encoding="utf-8"), format=form, publicID=f"https://data.example.org/{path.name}"
    )


def test_every_file_is_returned_and_closed_tables_are_nowhere(tmp_path: Path) -> None:
    """Who moves the edition into place trusts the list; a table that is not open data may not slip out."""
    written = write_open_data(sample.statement(), tmp_path)
    names = [path.name for path in written]
    assert names == [
        *(f"{table}.{ending}" for table in TABLES for ending in ("csv", "parquet")),
        "dictionary.csv", "ordbog.md", "datapackage.json", "dcat.ttl", "dcat.jsonld",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert not any(b"statement_closed" in path.read_bytes() or b"Kun internt" in path.read_bytes() for path in written)


def test_csv_is_plain(folder: Path) -> None:
    """UTF-8 without mark, comma, point, CRLF: what the dictionary promises and every reader takes for granted."""
    content = (folder / "statement_goals.csv").read_bytes()
    assert content.startswith(
        b"agreement,measure,goal_number,house,segment,year,unit,unit_kind,n,value,ci_low,target,status,is_hidden\r\n"
    )
    lines = content.split(b"\r\n")
    assert lines[1] == b"2024-2027,nps,3,danmark,vaekst,2025,score,respondents,1234,71.25,60.5,70.0,met,false"
    assert lines[2] == b"2024-2027,nps,3,fyn,vaekst,2025,score,respondents,,,,70.0,,true"
    assert b"\n" not in content.replace(b"\r\n", b"")
    odd = records(folder / "statement_odd.csv")
    assert (odd[0]["day"], odd[0]["at"], odd[0]["flag"], odd[0]["share"]) == (
        "2026-02-01",
        "2026-02-01T12:30:00",
        "true",
        "12.5",
    )
    assert set(odd[-1].values()) == {"", "b"}


def test_a_csv_text_is_no_formula_and_parquet_has_it_as_it_was(folder: Path) -> None:
    """Somebody opens the file in a spreadsheet program; nothing may run there."""
    texts = [row["text"] for row in records(folder / "statement_odd.csv")]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert texts[3] == "'@SUM(A1)"
    exact = pq.read_table(folder / "statement_odd.parquet")["text"].to_pylist()
    assert exact[:4] == list(sample.ODD_TEXTS[:4])
    assert exact[6] == texts[6] == sample.ODD_TEXTS[6]


def test_csv_and_parquet_hold_the_same_figures(folder: Path) -> None:
    """All distributions of a data set hold the same data, to the last digit."""
    for name in ("statement_goals", "statement_measures", "statement_empty"):
        kept = f"read_parquet('{folder / name}.parquet')"
        types = dict(duckdb.sql(f"select column_name, column_type from (describe from {kept})").fetchall())
        read = f"read_csv('{folder / name}.csv', header = true, delim = ',', quote = '\"', columns = {types})"
        assert duckdb.sql(f"from {read}").fetchall() == duckdb.sql(f"from {kept}").fetchall()


def test_parquet_is_typed_and_described(folder: Path) -> None:
    """The file alone must tell what it holds."""
    schema = pq.read_schema(folder / "statement_goals.parquet")
    assert [str(schema.field(name).type) for name in ("house", "year", "value", "is_hidden")] == [
        "string", "int64", "double", "bool",
    ]  # fmt: skip
    house = {key.decode(): value.decode() for key, value in schema.field("house").metadata.items()}
    assert house["description_da"] == "Hvad house indeholder."
    assert json.loads(house["codes_da"]) == sample.HOUSES
    assert schema.metadata[b"title_da"].decode() == "Titel på statement_goals"
    odd = pq.read_schema(folder / "statement_odd.parquet")
    assert (str(odd.field("day").type), str(odd.field("at").type)) == ("date32[day]", "timestamp[us]")


def test_the_dictionary_has_every_column_in_both_languages(folder: Path) -> None:
    """A column that nobody can look up is no open data."""
    entries = {(row["table"], row["column"]): row for row in records(folder / "dictionary.csv")}
    for table in TABLES:
        heading = (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert [column for name, column in entries if name == table] == heading
    value = entries["statement_goals", "value"]
    assert (value["may_be_hidden"], value["type"], value["label_da"]) == ("true", "number", "Resultat")
    assert entries["statement_goals", "measure"]["codes_da"].startswith("entrepreneurs_guided=Vejledte iværksættere")
    assert all(row["description_da"] and row["description_en"] for row in entries.values())
    page = (folder / "ordbog.md").read_text(encoding="utf-8")
    assert all(f"`{column}`" in page for _, column in entries)
    assert "Beregnet 21. november 2026. Tallene er et udkast og kan ændre sig." in page


def test_the_data_package_describes_the_files(folder: Path) -> None:
    """A program loads the files by the package: names, types, keys, fingerprints."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    assert package["version"] == "2025.0.0-udkast"
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
        heading = content.decode().splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == heading
    goals = package["resources"][0]["schema"]
    assert goals["primaryKey"] == ["agreement", "measure", "house", "segment", "year"]
    assert {field["type"] for field in goals["fields"]} == {"string", "integer", "number", "boolean"}


@pytest.mark.parametrize("name", ["dcat.ttl", "dcat.jsonld"])
def test_the_catalogue_is_valid_by_the_danish_profile(folder: Path, name: str) -> None:
    """A data portal refuses a catalogue without what DCAT-AP-DK makes mandatory."""
    conforms, _, report = pyshacl.validate(catalogue(folder / name), shacl_graph=Graph().parse(SHAPES))
    assert conforms, report


@pytest.mark.parametrize(
    "lost",
    [DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.identifier, DCAT.accessURL, DCAT.contactPoint],
)
def test_the_shapes_find_what_is_missing(folder: Path, lost: URIRef) -> None:
    """Shapes that accept everything would prove nothing."""
    graph = catalogue(folder / "dcat.ttl")
    graph.remove((None, lost, None))
    conforms, _, _ = pyshacl.validate(graph, shacl_graph=Graph().parse(SHAPES))
    assert not conforms


def test_both_forms_of_the_catalogue_say_the_same(folder: Path) -> None:
    """Readers of either form get the same catalogue, without nameless nodes."""
    first = (folder / "dcat.ttl").read_text(encoding="utf-8")
    turtle = Graph().parse(data=first, format="turtle", publicID="https://data.example.org/")
    second = (folder / "dcat.jsonld").read_text(encoding="utf-8")
    linked = Graph().parse(data=second, format="json-ld", publicID="https://data.example.org/")
    assert isomorphic(turtle, linked)
    assert not [node for node in turtle.all_nodes() if isinstance(node, BNode)]
    assert len(set(turtle.subjects(RDF.type, DCAT.Dataset))) == len(TABLES)


def test_addresses_follow_the_base(tmp_path: Path) -> None:
    """A portal needs whole addresses; without a base they are relative to the catalogue's own."""
    own = read_settings().model_copy(
        update={"base": "https://data.example.org/2025/", "landing_page": "https://a.example.org/"}
    )
    write_open_data(sample.statement(), tmp_path, own)
    text = (tmp_path / "dcat.ttl").read_text(encoding="utf-8")
    graph = Graph().parse(data=text, format="turtle", publicID="https://elsewhere.example.org/")
    assert "elsewhere" not in graph.serialize()
    urls = {str(url) for url in graph.objects(None, DCAT.downloadURL)}
    assert urls == {f"https://data.example.org/2025/{t}.{e}" for t in TABLES for e in ("csv", "parquet")}
    assert set(graph.objects(None, DCAT.landingPage)) == {URIRef("https://a.example.org/")}
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert package["homepage"] == "https://a.example.org/"


def test_a_publisher_may_be_asked_by_mail(tmp_path: Path) -> None:
    """Many publishers have a mailbox and no page; the catalogue must still be valid."""
    contact = read_settings().contact.model_copy(update={"email": "data@example.org", "page": ""})
    write_open_data(sample.statement(), tmp_path, read_settings().model_copy(update={"contact": contact}))
    graph = catalogue(tmp_path / "dcat.ttl")
    vcard = Namespace("http://www.w3.org/2006/vcard/ns#")
    assert set(graph.objects(None, vcard.hasEmail)) == {URIRef("mailto:data@example.org")}
    assert not list(graph.objects(None, vcard.hasURL))
    assert pyshacl.validate(graph, shacl_graph=Graph().parse(SHAPES))[0]


def test_a_frozen_edition_has_its_version_and_day(tmp_path: Path) -> None:
    """A portal shows which version it has, and since when."""
    write_open_data(sample.statement(frozen=True), tmp_path)
    graph = catalogue(tmp_path / "dcat.ttl")
    assert {str(day) for day in graph.objects(None, DCTERMS.issued)} == {"2026-12-01"}
    assert {str(v) for v in graph.objects(None, URIRef(f"{DCAT}version"))} == {"2025.2.0"}


def test_the_same_statement_gives_the_same_bytes(tmp_path: Path, folder: Path) -> None:
    """A frozen statement is reproduced byte for byte, in another process whose sets have another order."""
    script = (
        "import pathlib, sys; from tests.unit.exports import tabular_statement as s; "
        "from exports.open_data import write_open_data; write_open_data(s.statement(), pathlib.Path(sys.argv[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1234"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, env=environment)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("base: data", "base: Value error, base skal begynde med https://"),
        ("contact: {name_da: a, name_en: b}", "contact: Value error, en af email og page skal være udfyldt"),
        ("unknown: 1", "unknown: Extra inputs"),
        ("[", "kan ikke læses"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, change: str, message: str) -> None:
    """Who mends the file must see where it is wrong."""
    own = read_settings().model_dump(mode="json")
    path = tmp_path / "eget.yml"
    key = change.partition(":")[0]
    # JSON is YAML, so that each setting is a line.
    kept = [f"{name}: {json.dumps(value)}" for name, value in own.items() if name != key]
    path.write_text("\n".join([*kept, change]), encoding="utf-8")
    with pytest.raises(CatalogueSettingsError) as caught:
        read_settings(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_missing_settings_are_named(tmp_path: Path) -> None:
    """The same for a file that is not there."""
    with pytest.raises(CatalogueSettingsError, match="kan ikke læses"):
        read_settings(tmp_path / "findes-ikke.yml")


def test_a_figure_in_a_hidden_row_stops_the_open_data(tmp_path: Path) -> None:
    """Were disclosure control ever to leave a figure behind, nothing may be published."""
    goals = sample.goals()
    frame = goals.frame.copy()
    frame.loc[frame["is_hidden"], "n"] = 4
    with pytest.raises(HiddenFigureError, match="statement_goals har tal i kolonnen n"):
        write_open_data(sample.statement(sample.with_rows(goals, frame)), tmp_path / "ny")
    assert not (tmp_path / "ny").exists()


@settings(max_examples=10, deadline=None)
@given(hidden=st.lists(st.booleans(), min_size=8, max_size=8))
def test_no_file_holds_a_hidden_figure(tmp_path_factory: pytest.TempPathFactory, hidden: list[bool]) -> None:
    """Whatever rows are hidden, no file has their figures: each row's figures are its own and found nowhere."""
    goals = sample.goals()
    frame = goals.frame.copy()
    frame["n"] = pd.array([700_001 + i for i in range(8)], dtype="Int64")
    frame["value"] = pd.array([800_001.5 + i for i in range(8)], dtype="Float64")
    frame["is_hidden"] = hidden
    frame.loc[hidden, list(goals.specification.disclosure.hides)] = pd.NA  # type: ignore[union-attr]
    folder = tmp_path_factory.mktemp("open")
    files = write_open_data(sample.statement(sample.with_rows(goals, frame)), folder)
    texts = "".join(file.read_text(encoding="utf-8") for file in files if file.suffix != ".parquet")
    typed = pq.read_table(folder / "statement_goals.parquet").to_pydict()
    for index, gone in enumerate(hidden):
        assert (f"{700_001 + index}" in texts) is not gone
        assert (700_001 + index in typed["n"]) is not gone
        assert (800_001.5 + index in typed["value"]) is not gone
    assert typed["is_hidden"] == hidden
    assert all(typed[name][i] is None for i, gone in enumerate(hidden) if gone for name in ("n", "value", "status"))
