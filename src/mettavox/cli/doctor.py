"""mettavox doctor: what is installed, what is missing, what to do."""

import json

import click

from mettavox.cli import report


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Try everything that a track needs, and say what is missing and what to do."""
    from mettavox import doctor

    findings = list(doctor.examine())
    if as_json:
        rows = [
            {"what": found.what, "ok": found.error is None, "detail": found.detail, "hint": found.hint}
            for found in findings
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        width = max(len(found.what) for found in findings)
        for found in findings:
            click.echo(f"{'ok' if found.error is None else '!!'}  {found.what:<{width}}  {found.detail}")
            if found.hint:
                click.echo(f"{'':{width + 5}} {found.hint}")
    ctx.exit(next((report.exit_code(found.error) for found in findings if found.error is not None), 0))
