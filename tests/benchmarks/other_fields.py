"""Is any file of packages of other fields, which have nothing of a model in them, said to be alike with an upstream?"""

from __future__ import annotations

from collections import Counter

import click

import modelkin
from modelkin.results import Verdict

from .releases import release_root
from .tables import Cell, print_list, print_table

PACKAGES = (
    "requests==2.34.2", "click==8.5.1", "rich==15.0.0", "flask==3.1.3", "networkx==3.6.1", "sqlalchemy==2.1.9",
    "optuna==5.0.0", "gymnasium==1.4.0", "stable-baselines3==2.9.2", "pytorch-lightning==2.6.6", "fastapi==0.165.0",
    "Django==5.2.19", "sympy==1.14.0", "werkzeug", "pydantic", "httpx", "aiohttp", "celery", "scrapy", "pytest", "mypy",
    "ansible-core", "twisted", "sphinx", "matplotlib", "scikit-learn", "pandas", "peewee", "pygments", "faker",
    "yt-dlp", "mlflow-skinny", "botocore",
)  # fmt: skip
# Two of them do hold code of it: stable-baselines3, by its NOTICE, three files, and gymnasium its colorize.py.
LEFT_OUT = ("baselines",)


@click.command()
@click.option("--package", "packages", multiple=True, default=PACKAGES, metavar="NAME[==VERSION]", help="Scan this.")
def main(packages: tuple[str, ...]) -> None:  # fmt: skip
    """Scan each package; list each file above independent, and count the findings."""
    options = modelkin.ScanOptions(exclude_upstream=LEFT_OUT)
    rows: list[list[Cell]] = []
    exceptions: list[str] = []
    for package in packages:
        name, _, version = package.partition("==")
        report = modelkin.scan(str(release_root(name, version)), options)
        alike = [file for file in report.files if file.verdict is not Verdict.INDEPENDENT]
        counts = Counter(file.verdict.value for file in alike)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "none"
        rows.append([package, len(report.files), told, len(report.findings)])
        exceptions += [
            f"{package} {file.path}: {file.verdict.value}, {file.similarity:.3f} of {match.project} {match.path}"
            for file in alike
            for match in file.upstreams[:1]
        ]
    print_table("Packages of other fields", ["package", "files", "above independent", "findings"], rows)
    print_list("Files above independent", exceptions)


if __name__ == "__main__":
    main()
