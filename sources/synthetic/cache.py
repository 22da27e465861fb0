"""Synthetic deliveries made once and kept: the key is the settings and the text of the programs that make them."""

import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path

from sources.synthetic.geography import SEEDS
from sources.synthetic.settings import SyntheticSettings
from sources.synthetic.write import SETTINGS_FILE, Progress, write_deliveries

_LOG = logging.getLogger(__name__)


def cache_key(settings: SyntheticSettings) -> str:
    """A name for what `settings` give with this version of the programs and seed files."""
    digest = hashlib.sha256(json.dumps(settings.as_json(), sort_keys=True).encode())
    programs = sorted(Path(__file__).parent.glob("*.py"))
    for path in (*programs, SEEDS / "municipalities.csv", SEEDS / "legal_forms.csv"):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return f"{settings.today.isoformat()}-{digest.hexdigest()[:16]}"


def cached_deliveries(cache_dir: Path, settings: SyntheticSettings, progress: Progress | None = None) -> Path:
    """The folder of deliveries for `settings`, made now unless it is there already.

    A folder counts only with its settings file, and is moved into place whole: an interrupted run leaves nothing that
    could be taken for finished, and two runs at once both end with a complete folder.

    Args:
        cache_dir: Where made deliveries are kept.
        settings: What to make.
        progress: Told what is being made and how far it is.

    Returns:
        The deliveries folder; the truth lies beside it.
    """
    target = cache_dir / cache_key(settings)
    if (target / SETTINGS_FILE).is_file():
        return target / "deliveries"
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_dir, prefix=".making-") as making:
        made = Path(making) / "made"
        made.mkdir()
        write_deliveries(made, settings, progress)
        if target.exists() and not (target / SETTINGS_FILE).is_file():
            _LOG.warning("Fjerner ufuldstændige syntetiske leverancer i %s", target)
            shutil.rmtree(target)
        try:
            made.rename(target)
        except OSError:
            if not (target / SETTINGS_FILE).is_file():
                raise
            _LOG.info("En anden kørsel har allerede dannet %s", target)
    return target / "deliveries"
