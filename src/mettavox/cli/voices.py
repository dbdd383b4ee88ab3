"""mettavox voices: list the voices."""

import json

import click


@click.group("voices")
def command() -> None:
    """List the voices."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(as_json: bool) -> None:
    """The voices there are: language, engine, licence, and whether a clinic may use them commercially."""
    from mettavox import voices

    rows = [
        {
            "id": voice.id,
            "label": voice.label,
            "language": voice.language,
            "engine": voice.engine,
            "commercial": voice.licence.commercial,
            "licence": voice.licence.name,
        }
        for voice in map(voices.load, voices.names())
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row['id']:<8} {row['language']:<4} {row['engine']:<8} "
            f"commercial use: {row['commercial']:<8} {row['label']}; licence: {row['licence']}"
        )
