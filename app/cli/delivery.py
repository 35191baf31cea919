"""`flask delivery show` and `flask delivery try`: who would be asked, before anybody is."""

from datetime import timedelta
from pathlib import Path

import click
import yaml
from flask.cli import AppGroup

from app.cli.told import told
from app.cli.units import choose_unit
from app.invitations.desk import check_surveys
from app.invitations.places import find_places_by_id
from app.invitations.rules import DeliveryPolicy, load_delivery
from app.invitations.trial import Trial, top_units, try_policy
from app.organisation.service import get_company
from app.web.edge import wiring

_MOST_UNITS = 20

delivery = AppGroup("delivery", help="Who is asked after a call, visit or chat; docs/delivery.md explains it.")


@delivery.command("show")
@click.option("--unit", metavar="CODE", help="The rules in force at this unit; the company's if left out.")
@told
def show_command(unit: str | None) -> None:
    """Print the rules in force at a unit, as YAML."""
    wired = wiring()
    with wired.database.reading() as session:
        chosen = get_company(session) if unit is None else choose_unit(session, unit)
        place = find_places_by_id(session, [chosen.id])[chosen.id]
    rules = wired.ask.policy.rules_at(place.path).model_dump(mode="json", exclude={"daily_cap", "daily_budget"})
    click.echo(f"# {' > '.join(place.path)}")
    click.echo(yaml.safe_dump(rules, sort_keys=False, allow_unicode=True), nl=False)
    for code, cap, budget in wired.ask.policy.limits_on(place.path):
        click.echo(f"# a day at {code} and below: {_limit(cap, budget, wired.ask.policy.currency)}")


@delivery.command("try")
@click.option(
    "--rules",
    "file",
    type=click.Path(path_type=Path),
    help="The policy to try, a file like config/delivery.yaml; the one in force if left out.",
)
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far back to begin.")
@told
def try_command(file: Path | None, days: int) -> None:
    """Print what the policy would have done with the interactions of the last days; nothing is written or sent."""
    wired = wiring()
    policy = wired.ask.policy if file is None else load_delivery(file)
    check_surveys(policy, wired.surveys)
    now = wired.clock()
    with wired.database.reading() as session:
        trial = try_policy(session, wired.ask, policy, since=now - timedelta(days=days), until=now)
    for line in _describe(trial, policy):
        click.echo(line)


def _describe(trial: Trial, policy: DeliveryPolicy) -> list[str]:
    lines = [
        f"interactions  {trial.total}",
        f"asked         {trial.asked} ({_share(trial.asked, trial.total)}); really asked: {trial.then}",
        *(f"  {reason:<22}{count:>8}" for reason, count in trial.reasons.most_common()),
        f"messages      {sum(trial.messages.values())}, about {trial.cost / 100:.2f} {policy.currency}",
        *(f"  {channel:<22}{count:>8}" for channel, count in trial.messages.most_common()),
    ]
    if trial.days:
        lines.append("by day: interactions, asked")
        lines += [
            f"  {day.isoformat():<22}{tally.total:>8}{tally.asked:>8}" for day, tally in sorted(trial.days.items())
        ]
        lines.append("by unit: interactions, asked")
        lines += [f"  {name[:40]:<42}{tally.total:>8}{tally.asked:>8}" for name, tally in top_units(trial, _MOST_UNITS)]
    if len(trial.units) > _MOST_UNITS:
        lines.append(f"  and {len(trial.units) - _MOST_UNITS} more units")
    return lines


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _limit(cap: int | None, budget: int | None, currency: str) -> str:
    said = [] if cap is None else [f"{cap} people"]
    return ", ".join([*said, *([] if budget is None else [f"{budget / 100:.2f} {currency}"])])
