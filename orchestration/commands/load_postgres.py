"""`erhvervshus load-postgres`: the newest publication into PostgreSQL, by hand."""

from __future__ import annotations

from orchestration.commands.messages import command
from orchestration.commands.options import OutputFolder, Verbose, output_folder


def load_postgres(
    output: OutputFolder = None,
    verbose: Verbose = False,
) -> None:
    """Indlæs den nyeste udgave i PostgreSQL, som den natlige kørsel gør. Databasen står i ERHVERVSHUS_POSTGRES_URL."""
    with command(verbose=verbose) as (results, errors):
        from exports.access.port import GuardedLoad  # noqa: PLC0415
        from exports.postgres.load import load  # noqa: PLC0415
        from exports.publish import CURRENT  # noqa: PLC0415
        from exports.statement.yearly import read_publication  # noqa: PLC0415
        from orchestration.configuration import load_configuration, variable  # noqa: PLC0415
        from orchestration.errors import ConfigurationError  # noqa: PLC0415
        from orchestration.live import live_of, sentence  # noqa: PLC0415
        from orchestration.manifest import prepare_manifest  # noqa: PLC0415
        from orchestration.progress import progress_for  # noqa: PLC0415

        folder = output_folder(output)
        url = load_configuration().postgres_url
        if url is None:
            msg = (
                f"{variable('postgres_url')} er ikke sat, så der er ingen database at indlæse i. Sæt den til "
                "postgresql://bruger:adgangskode@server:5432/database."
            )
            raise ConfigurationError(msg)
        tables = len(read_publication(folder).tables)
        with progress_for(errors) as progress:
            progress.stage("postgres", tables)
            warehouse = (folder / CURRENT).resolve()
            manifest = prepare_manifest()
            loaded = load(
                warehouse,
                url.get_secret_value(),
                manifest,
                access=GuardedLoad(folder, manifest),
                progress=progress.advance,
            )
        results.print(f"PostgreSQL, {sentence(live_of(loaded))}", highlight=False, markup=False, soft_wrap=True)
