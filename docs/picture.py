"""A real scan of one released file in, docs/scan.svg out: `python docs/picture.py`, from the repository's root."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from modelkin.api import scan
from modelkin.reports import FORMATS
from modelkin.reports.console import Detail, Page
from modelkin.scan_steps import ScanOptions

SOURCE, INCLUDE = "pypi:vllm==0.2.3", "internlm.py"
COMMAND = f"modelkin scan '{SOURCE}' --include '{INCLUDE}' -v"
WIDTH = 112
PICTURE = Path(__file__).parent / "scan.svg"
BACKGROUND, TEXT = (22, 27, 34), (201, 209, 217)
DARK, RED, GREEN, YELLOW = (72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34)
BLUE, MAGENTA, CYAN, LIGHT = (88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)
THEME = TerminalTheme(BACKGROUND, TEXT, [DARK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, LIGHT])
# Rich's own layout would have a browser fetch a font.
LAYOUT = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, monospace; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """What the command prints on a terminal, as SVG."""
    report = scan(SOURCE, ScanOptions(include=(INCLUDE,)))
    printed = FORMATS["text"](report, Page(WIDTH, colour=True, bars=True, detail=Detail.FULL))
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {COMMAND}\n{printed}"))
    return console.export_svg(title="modelkin", theme=THEME, code_format=LAYOUT, unique_id="modelkin")


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
