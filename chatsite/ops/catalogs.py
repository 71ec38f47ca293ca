"""`python -m chatsite.ops.catalogs`: makes the .mo files Django reads from our .po files, without gettext's tools."""

from pathlib import Path

import polib

ROOMS = Path(__file__).resolve().parent.parent


def compile_all(folder: Path = ROOMS) -> list[Path]:
    """Writes a .mo beside each .po below the folder; fuzzy and empty entries are left out, so English shows through."""
    made = []
    for source in sorted(folder.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        polib.pofile(str(source)).save_as_mofile(str(target))
        made.append(target)
    return made


if __name__ == "__main__":
    compile_all()
