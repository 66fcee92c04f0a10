"""The command line. What is wrong is one sentence on standard error and exit status 2, before anything starts."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.campaigns import CampaignMistakes, describe, load
from bot.clock import Clock, RehearsalClock
from bot.config import Settings, WrongSetting, reachable, read_settings
from bot.core.access import ROLES
from bot.core.problems import Problem
from bot.texts import cli as texts
from bot.texts.campaign import mistaken
from bot.texts.problems import sentence
from storage.engine import DatabaseError
from storage.work import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.campaign import Campaign

SAMPLE = Path(__file__).resolve().parent.parent / "campaigns" / "sample-2020.toml"
WRONG = 2


class _Wrong(Exception):  # noqa: N818 - a sentence for the operator
    """What cannot be done, in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    with contextlib.suppress(AttributeError, ValueError):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a Chinese Windows console
        sys.stderr.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except (_Wrong, WrongSetting, DatabaseError) as wrong:
        return _say_wrong(str(wrong))
    except Problem as problem:
        return _say_wrong(sentence(problem))
    except KeyboardInterrupt:
        return 130


def _say_wrong(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bot.py", description=texts.PRODUCT)
    commands = parser.add_subparsers(metavar=texts.COMMAND, required=True)

    run = commands.add_parser("run", help=texts.RUN)
    run.add_argument("--webhook", metavar="URL", help=texts.WEBHOOK)
    run.set_defaults(command=_run)

    demo = commands.add_parser("demo", help=texts.DEMO)
    demo.add_argument("--no-browser", action="store_true", help=texts.NO_BROWSER)
    demo.set_defaults(command=_demo)

    campaign = commands.add_parser("campaign", help=texts.CAMPAIGN).add_subparsers(metavar=texts.COMMAND, required=True)
    check = campaign.add_parser("check", help=texts.CAMPAIGN_CHECK)
    check.add_argument("file", metavar="FILE", type=Path, help=texts.CAMPAIGN_FILE)
    check.set_defaults(command=_check)

    export = commands.add_parser("export", help=texts.EXPORT).add_subparsers(metavar=texts.COMMAND, required=True)
    fits = export.add_parser("check", help=texts.EXPORT_CHECK)
    fits.add_argument("template", metavar="TEMPLATE", type=Path, help=texts.EXPORT_FILE)
    fits.set_defaults(command=_check_template)

    push = commands.add_parser("push", help=texts.PUSH).add_subparsers(metavar=texts.COMMAND, required=True)
    test = push.add_parser("test", help=texts.PUSH_TEST)
    test.add_argument("keys", nargs="*", metavar="KEY", help=texts.PUSH_KEY)
    test.set_defaults(command=_push_test)

    invite = commands.add_parser("invite", help=texts.INVITE)
    invite.add_argument("--role", required=True, metavar="|".join(ROLES), help=texts.ROLE)
    invite.add_argument("--unit", default="", metavar="KEY", help=texts.UNIT)
    invite.add_argument("--name", default="", help=texts.NAME)
    invite.set_defaults(command=_invite)

    commands.add_parser("people", help=texts.PEOPLE).set_defaults(command=_people)
    commands.add_parser("migrate", help=texts.MIGRATE).set_defaults(command=_migrate)
    return parser


def _campaign(settings: Settings) -> Campaign:
    if settings.campaign is None:
        raise _Wrong(texts.NO_CAMPAIGN)
    try:
        return load(settings.campaign)
    except CampaignMistakes as wrong:
        raise _Wrong(texts.campaign_wrong(settings.campaign, wrong.mistakes)) from None


def _clock(settings: Settings) -> Clock:
    return RehearsalClock(settings.clock, settings.clock_speed) if settings.clock else Clock()


@contextlib.contextmanager
def _store(settings: Settings, *, migrate: bool = True):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a generator of Store
    store = Store(settings.database, now=_clock(settings).now, campaign=_campaign(settings))
    try:
        if migrate:
            store.migrate()
        yield store
    finally:
        store.close()


def _run(chosen: argparse.Namespace) -> int:
    from bot import app  # noqa: PLC0415 - the other commands need neither web server nor Telegram

    settings = read_settings()
    campaign = _campaign(settings)
    if chosen.webhook is not None and not settings.token:
        raise _Wrong(texts.WEBHOOK_NEEDS_TOKEN)
    if chosen.webhook is not None and not chosen.webhook.startswith(("https://", "http://")):
        raise _Wrong(texts.WEBHOOK_WRONG)
    if not settings.token and settings.web_address is None:
        raise _Wrong(texts.NOTHING_TO_RUN)
    return asyncio.run(app.run(settings, campaign, _clock(settings), webhook=chosen.webhook))


def _demo(chosen: argparse.Namespace) -> int:
    from bot import demo  # noqa: PLC0415 - as above

    settings = read_settings()
    campaign = load(settings.campaign or SAMPLE)
    return asyncio.run(demo.run(settings, campaign, browser=not chosen.no_browser))


def _check(chosen: argparse.Namespace) -> int:
    try:
        campaign = load(chosen.file)
    except CampaignMistakes as wrong:
        sys.stdout.write(mistaken(str(chosen.file), wrong.mistakes) + "\n")
        return WRONG
    settings = read_settings()
    sys.stdout.write(describe(campaign, _clock(settings).now()).rstrip() + "\n")
    return 0


def _check_template(chosen: argparse.Namespace) -> int:
    from exports.office_template.check import check  # noqa: PLC0415 - as above

    settings = read_settings()
    campaign = _campaign(settings) if settings.campaign else load(SAMPLE)
    told, usable = check(chosen.template, campaign, _clock(settings).now())
    sys.stdout.write(told + "\n")
    return 0 if usable else WRONG


def _push_test(chosen: argparse.Namespace) -> int:
    from bot import push_test  # noqa: PLC0415 - as above

    settings = read_settings()
    campaign, now = _campaign(settings), _clock(settings).now()
    return 0 if asyncio.run(push_test.run(settings, campaign, chosen.keys, now)) else WRONG


def _invite(chosen: argparse.Namespace) -> int:
    from bot.services import enrolment  # noqa: PLC0415 - as above

    settings = read_settings()
    with _store(settings) as store:
        store.do(lambda work: enrolment.check_role(work.campaign, chosen.role, chosen.unit))
    username = ""
    if settings.token:
        from bot.app import bot_name  # noqa: PLC0415 - as above

        username = asyncio.run(bot_name(settings))
    with _store(settings) as store:
        issued = store.do(enrolment.invite, chosen.role, chosen.unit, chosen.name)
        zone = store.campaign.zone
    lines = [f"https://t.me/{username}?start={issued.token}"] if username else []
    if settings.web_address is not None:
        host, port = settings.web_address
        lines.append(f"{settings.public_url or f'http://{reachable(host)}:{port}'}/join/{issued.token}")
    lines.append(texts.invitation_valid(issued.expires_at.astimezone(zone)))
    sys.stdout.write("\n".join(lines) + "\n")  # at once: whoever reads may want the first line only
    return 0


def _people(_: argparse.Namespace) -> int:
    from storage import people  # noqa: PLC0415 - as above

    settings = read_settings()
    with _store(settings) as store:
        rows = store.do(people.everyone)
        units = store.do(lambda work: {unit.key: unit.name for unit in work.campaign.every_unit})
    for person in rows:
        sys.stdout.write(texts.person(person.name, person.roles, units, reachable=person.reachable) + "\n")
    if not rows:
        sys.stdout.write(texts.NOBODY + "\n")
    return 0


def _migrate(_: argparse.Namespace) -> int:
    settings = read_settings()
    with _store(settings):
        sys.stdout.write(texts.MIGRATED + "\n")
    return 0
