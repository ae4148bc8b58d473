"""What `make demo` runs, in a directory of its own and on free ports: `python -m tests.bench.own_demo DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from smoothx.demo.__main__ import start
from smoothx.demo.keeping import forget_unless_whole, note_whole
from smoothx.demo.stack import Options


def main(directory: Path) -> int:
    options = Options(directory, is_kept=True)
    forget_unless_whole(options)
    code = start("run", options)
    note_whole(options)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
