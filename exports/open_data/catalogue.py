"""The catalogue: what the open data are, for data portals, as DCAT-AP-DK 3.0.

The profile (https://digst.github.io/DCAT-AP-DK/releases/v.3.0.1/docs/) is DCAT-AP 3.0.1 with Danish additions. Every
table is a data set, since all distributions of a data set hold the same data; its two files are its distributions.
Nothing is a blank node, so that the same statement gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rdflib import DCAT, DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import NamespaceManager
from rdflib.term import Node

from expectations.wording import COPENHAGEN
from exports.open_data.datapackage import version
from exports.open_data.published import PublishedData, PublishedTable
from exports.open_data.settings import CatalogueSettings
from exports.statement.statement import Statement

ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
ORG = Namespace("http://www.w3.org/ns/org#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "https://www.iana.org/assignments/media-types/"
_THEMES = URIRef(f"{_EU}data-theme")
_DENMARK = URIRef(f"{_EU}country/DNK")
_DANISH, _ENGLISH = URIRef(f"{_EU}language/DAN"), URIRef(f"{_EU}language/ENG")
_ANNUAL = URIRef(f"{_EU}frequency/ANNUAL")
_PUBLIC = URIRef(f"{_EU}access-right/PUBLIC")
_STATISTICS = URIRef(f"{_EU}dataset-type/STATISTICAL")
_LASTING = URIRef(f"{_EU}planned-availability/STABLE")
_PROFILE = URIRef("https://digst.github.io/DCAT-AP-DK/releases/v.3.0.1/docs/")
_TABLE_SCHEMA = URIRef("https://datapackage.org/standard/table-schema/")

_PREFIXES = {
    "adms": ADMS, "dcat": DCAT, "dcatap": DCATAP, "dct": DCTERMS, "foaf": FOAF, "org": ORG, "prov": PROV, "rdfs": RDFS,
    "skos": SKOS, "spdx": SPDX, "vcard": VCARD, "xsd": XSD,
}  # fmt: skip

# Where each list or term comes from, so that a validator finds the kinds of what the catalogue points at.
_KINDS: dict[URIRef, tuple[URIRef, str, str]] = {
    _DENMARK: (DCTERMS.Location, "Danmark", "Denmark"),
    _DANISH: (DCTERMS.LinguisticSystem, "dansk", "Danish"),
    _ENGLISH: (DCTERMS.LinguisticSystem, "engelsk", "English"),
    _ANNUAL: (DCTERMS.Frequency, "årligt", "annual"),
    _PUBLIC: (DCTERMS.RightsStatement, "offentlig", "public"),
    _PROFILE: (DCTERMS.Standard, "DCAT-AP-DK 3.0.1", "DCAT-AP-DK 3.0.1"),
    _TABLE_SCHEMA: (DCTERMS.Standard, "Table Schema", "Table Schema"),
}
_CONCEPTS = {
    _STATISTICS: ("statistiske data", "statistical data"),
    _LASTING: ("stabil", "stable"),
}


@dataclass(frozen=True)
class _Form:
    """A form of a data file: its ending, words, and entries in the lists of media types and file types."""

    ending: str
    word: str
    media_type: URIRef
    file_type: URIRef


_CSV = _Form("csv", "CSV", URIRef(f"{_IANA}text/csv"), URIRef(f"{_EU}file-type/CSV"))
_PARQUET = _Form(
    "parquet", "Parquet", URIRef(f"{_IANA}application/vnd.apache.parquet"), URIRef(f"{_EU}file-type/PARQUET")
)


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as text: Turtle, and JSON-LD."""

    turtle: str
    jsonld: str


def catalogue(statement: Statement, tables: Sequence[PublishedTable], settings: CatalogueSettings) -> Catalogue:
    """Describe the open data for data portals.

    Args:
        statement: The statement.
        tables: The tables with their files, in order.
        settings: Who publishes, where and under which terms.

    Returns:
        The catalogue in two forms with the same content.
    """
    graph = _Builder(statement, settings).build(tables)
    turtle = graph.serialize(format="turtle")
    context = {prefix: str(namespace) for prefix, namespace in _PREFIXES.items()}
    linked = json.loads(graph.serialize(format="json-ld", context=context, auto_compact=False))
    return Catalogue(turtle, json.dumps(_sorted(linked), ensure_ascii=False, indent=2) + "\n")


def _sorted(value: Any) -> Any:  # noqa: ANN401  # JSON.
    """Order what has no order of its own, so that equal graphs are equal text."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=lambda item: json.dumps(item, ensure_ascii=False))
    return value


class _Builder:
    """Puts the catalogue's statements together."""

    def __init__(self, statement: Statement, settings: CatalogueSettings) -> None:
        self._statement = statement
        self._settings = settings
        self._graph = Graph(bind_namespaces="none")
        self._graph.namespace_manager = NamespaceManager(self._graph, bind_namespaces="none")
        for prefix, namespace in _PREFIXES.items():
            self._graph.bind(prefix, namespace)
        at = statement.freeze.frozen_at if statement.freeze else statement.publication.published_at
        self._day = Literal(at.astimezone(COPENHAGEN).date(), datatype=XSD.date)
        self._publisher = URIRef(settings.publisher.iri)
        self._contact = self._here("kontakt")
        self._licence = URIRef(settings.licence.iri)
        self._page = URIRef(settings.landing_page or self._file("ordbog.md"))

    def build(self, tables: Sequence[PublishedTable]) -> Graph:
        """Describe catalogue, data sets and distributions.

        Args:
            tables: The tables with their files.

        Returns:
            The graph.
        """
        self._add_agents()
        self._add_lists()
        self._add_catalogue(tables)
        for table in tables:
            self._add_dataset(table)
        return self._graph

    def _file(self, name: str) -> str:
        """Return the address of a file of the folder."""
        return f"{self._settings.base}{name}"

    def _here(self, name: str) -> URIRef:
        """Name a thing that the catalogue describes, the same in both forms of it."""
        return URIRef(f"{self._file('dcat.ttl')}#{name}")

    def _say(self, subject: Node, predicate: URIRef, *values: Node) -> None:
        """Add statements."""
        for value in values:
            self._graph.add((subject, predicate, value))

    def _words(self, subject: Node, predicate: URIRef, danish: str, english: str) -> None:
        """Add a text in both languages."""
        texts = (Literal(" ".join(danish.split()), lang="da"), Literal(" ".join(english.split()), lang="en"))
        self._say(subject, predicate, *texts)

    def _add_agents(self) -> None:
        """Describe publisher, contact and licence."""
        publisher, contact, licence = self._settings.publisher, self._settings.contact, self._settings.licence
        self._say(self._publisher, RDF.type, FOAF.Agent, FOAF.Organization, ORG.Organization)
        self._words(self._publisher, FOAF.name, publisher.name_da, publisher.name_en)
        self._say(self._publisher, DCTERMS.identifier, Literal(publisher.cvr))
        self._say(self._publisher, FOAF.homepage, URIRef(publisher.homepage))
        self._say(self._publisher, DCTERMS.type, URIRef(publisher.type))
        self._concept(URIRef(publisher.type), "national myndighed", "national authority")
        self._say(self._contact, RDF.type, VCARD.Kind, VCARD.Organization)
        self._words(self._contact, VCARD.fn, contact.name_da, contact.name_en)
        if contact.email:
            self._say(self._contact, VCARD.hasEmail, URIRef(f"mailto:{contact.email}"))
        if contact.page:
            self._say(self._contact, VCARD.hasURL, URIRef(contact.page))
        self._say(self._licence, RDF.type, DCTERMS.LicenseDocument)
        self._words(self._licence, DCTERMS.title, licence.title_da, licence.title_en)
        self._say(self._licence, DCTERMS.type, URIRef(licence.type))
        self._concept(URIRef(licence.type), "kreditering", "attribution")
        for page in {publisher.homepage, str(self._page)}:
            self._say(URIRef(page), RDF.type, FOAF.Document)

    def _add_lists(self) -> None:
        """Describe the entries of controlled lists that are used."""
        for term, (sort, danish, english) in _KINDS.items():
            self._say(term, RDF.type, sort)
            self._words(term, RDFS.label, danish, english)
        for term, (danish, english) in _CONCEPTS.items():
            self._concept(term, danish, english)
        self._say(_THEMES, RDF.type, SKOS.ConceptScheme)
        self._words(_THEMES, DCTERMS.title, "Datatema", "Data theme")
        for theme in self._settings.themes:
            self._concept(self._theme(theme.code), theme.label_da, theme.label_en)
            self._say(self._theme(theme.code), SKOS.inScheme, _THEMES)
        for form in (_CSV, _PARQUET):
            self._say(form.media_type, RDF.type, DCTERMS.MediaType)
            self._say(form.file_type, RDF.type, DCTERMS.MediaTypeOrExtent)

    def _concept(self, term: URIRef, danish: str, english: str) -> None:
        """Describe a term of a list."""
        self._say(term, RDF.type, SKOS.Concept)
        self._words(term, SKOS.prefLabel, danish, english)

    @staticmethod
    def _theme(code: str) -> URIRef:
        """Name a theme."""
        return URIRef(f"{_EU}data-theme/{code}")

    def _add_catalogue(self, tables: Sequence[PublishedTable]) -> None:
        """Describe the catalogue."""
        this, year = self._here("katalog"), self._statement.year
        self._say(this, RDF.type, DCAT.Catalog)
        self._words(
            this,
            DCTERMS.title,
            f"Opgørelse af erhvervshusenes mål {year}",
            f"Statement of the Danish business houses' goals {year}",
        )
        self._words(
            this,
            DCTERMS.description,
            f"Tabellerne i den årlige opgørelse for {year} af mål, resultater og effekt for de seks erhvervshuse.",
            f"The tables of the yearly statement for {year} of goals, results and effect of the six business houses.",
        )
        self._say(this, DCTERMS.publisher, self._publisher)
        self._say(this, DCTERMS.license, self._licence)
        self._say(this, DCTERMS.language, _DANISH, _ENGLISH)
        self._say(this, DCTERMS.spatial, _DENMARK)
        self._say(this, DCTERMS.issued, self._day)
        self._say(this, DCTERMS.modified, self._day)
        self._say(this, DCTERMS.conformsTo, _PROFILE)
        self._say(this, DCAT.themeTaxonomy, _THEMES)
        self._say(this, FOAF.homepage, self._page)
        self._say(this, DCAT.dataset, *(self._here(table.name) for table in tables))

    def _add_dataset(self, table: PublishedTable) -> None:
        """Describe one table."""
        this, specification, settings = self._here(table.name), table.table.specification, self._settings
        year = self._statement.year
        self._say(this, RDF.type, DCAT.Dataset)
        self._words(this, DCTERMS.title, f"{specification.title_da}, {year}", f"{specification.title_en}, {year}")
        self._words(this, DCTERMS.description, specification.description_da, specification.description)
        name = table.name.removeprefix("statement_").replace("_", "-")
        self._say(this, DCTERMS.identifier, Literal(f"{settings.identifier}-{year}-{name}"))
        self._say(this, DCTERMS.publisher, self._publisher)
        self._say(this, DCAT.contactPoint, self._contact)
        self._say(this, DCAT.theme, *(self._theme(theme.code) for theme in settings.themes))
        self._say(this, DCAT.keyword, *(Literal(word, lang="da") for word in settings.keywords_da))
        self._say(this, DCAT.keyword, *(Literal(word, lang="en") for word in settings.keywords_en))
        self._say(this, DCTERMS.spatial, _DENMARK)
        self._say(this, DCTERMS.temporal, self._period(table))
        self._say(this, DCTERMS.accrualPeriodicity, _ANNUAL)
        self._say(this, DCTERMS.language, _DANISH, _ENGLISH)
        self._say(this, DCTERMS.issued, self._day)
        self._say(this, DCTERMS.modified, self._day)
        self._say(this, DCTERMS.accessRights, _PUBLIC)
        self._say(this, DCTERMS.type, _STATISTICS)
        self._say(this, DCTERMS.provenance, self._provenance())
        self._say(this, URIRef(f"{DCAT}version"), Literal(version(self._statement)))
        self._say(this, DCAT.landingPage, self._page)
        self._say(this, FOAF.page, self._page)
        self._say(this, DCAT.distribution, self._distribution(table, table.csv, _CSV))
        self._say(this, DCAT.distribution, self._distribution(table, table.parquet, _PARQUET))

    def _period(self, table: PublishedTable) -> URIRef:
        """Describe the years a table covers: those of its rows, else the report year."""
        frame = table.table.frame
        years = frame["year"].dropna() if "year" in frame.columns else pd.Series(dtype="Int64")
        first, last = (int(years.min()), int(years.max())) if len(years) else (self._statement.year,) * 2
        this = self._here(f"periode-{first}-{last}")
        self._say(this, RDF.type, DCTERMS.PeriodOfTime)
        self._say(this, DCAT.startDate, Literal(f"{first}-01-01", datatype=XSD.date))
        self._say(this, DCAT.endDate, Literal(f"{last}-12-31", datatype=XSD.date))
        return this

    def _provenance(self) -> URIRef:
        """Describe the run the data come from."""
        this, run = self._here("proveniens"), self._statement.publication
        self._say(this, RDF.type, DCTERMS.ProvenanceStatement)
        self._words(
            this,
            RDFS.label,
            f"Beregnet af registreringer til og med {run.today} i kørsel {run.run_id} med kode {run.code_version}.",
            f"Computed from registrations up to {run.today} in run {run.run_id} with code {run.code_version}.",
        )
        return this

    def _distribution(self, table: PublishedTable, file: PublishedData, form: _Form) -> URIRef:
        """Describe one file."""
        this, specification = self._here(f"{table.name}-{form.ending}"), table.table.specification
        self._say(this, RDF.type, DCAT.Distribution)
        self._words(
            this, DCTERMS.title, f"{specification.title_da} ({form.word})", f"{specification.title_en} ({form.word})"
        )
        self._words(
            this,
            DCTERMS.description,
            f"Tabellen som {form.word}. Ordbogen beskriver kolonnerne.",
            f"The table as {form.word}. The dictionary describes its columns.",
        )
        self._say(this, DCAT.accessURL, URIRef(self._file(file.name)))
        self._say(this, DCAT.downloadURL, URIRef(self._file(file.name)))
        self._say(this, DCTERMS.license, self._licence)
        self._say(this, DCTERMS["format"], form.file_type)
        self._say(this, DCAT.mediaType, form.media_type)
        self._say(this, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger))
        self._say(this, DCTERMS.language, _DANISH)
        self._say(this, DCTERMS.issued, self._day)
        self._say(this, DCTERMS.modified, self._day)
        self._say(this, DCATAP.availability, _LASTING)
        if form is _CSV:
            self._say(this, DCTERMS.conformsTo, _TABLE_SCHEMA)
        checksum = self._here(f"{table.name}-{form.ending}-sha256")
        self._say(checksum, RDF.type, SPDX.Checksum)
        self._say(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
        self._say(checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary))
        self._say(this, SPDX.checksum, checksum)
        return this
