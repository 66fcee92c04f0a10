"""Who may fetch a file that once came with a message: whoever may still see what it belongs to.

A message stays in its reader's chat when their role ends; its files do not stay within their reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core import access
from exports import ledger
from storage import imports, issues, people, submissions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.messages import Attachment
    from storage.people import AccountRow
    from storage.work import Work

    Rule = Callable[[Work, AccountRow, str], bool]

#: Ids have fewer.
_DIGITS: Final = 19


def permitted(work: Work, channel: str, address: str, attachment: Attachment) -> bool:
    """Tell whether whoever is at this address may have the file now.

    A stored file is judged by what it is about, a table by its reference; one that nobody knows is nobody's. A stored
    file that does not say what it is about came before messages said so: it is its receiver's, as it was then.
    """
    return allowed(work, people.account(work, channel, address), attachment)


def allowed(work: Work, account: AccountRow, attachment: Attachment) -> bool:
    """Tell the same of an account that is known."""
    if attachment.kind == "file":
        return not attachment.about or _judge(ABOUT, ":", work, account, attachment.about)
    return _judge(TABLES, "/", work, account, attachment.ref)


def _judge(rules: Mapping[str, Rule], mark: str, work: Work, account: AccountRow, text: str) -> bool:
    name, _, rest = text.partition(mark)
    rule = rules.get(name)
    return rule is not None and rule(work, account, rest)


def _issue(work: Work, account: AccountRow, number: str) -> bool:
    entry = issues.get(work, _number(number))
    return entry is not None and access.may(account.roles, "issue.see", entry.unit)


def _submission(work: Work, account: AccountRow, number: str) -> bool:
    filed = submissions.get(work, _number(number))
    return filed is not None and access.may(account.roles, "report.see", filed.unit)


def _reports(work: Work, account: AccountRow, which: str) -> bool:  # noqa: ARG001 - as every rule
    return access.may(account.roles, "table.get")


def _summary(work: Work, account: AccountRow, period: str) -> bool:  # noqa: ARG001 - as every rule
    return access.may(account.roles, "summary.see")


def _ledger(work: Work, account: AccountRow, chosen: str) -> bool:
    try:
        units = ledger.decode(work.campaign, chosen).units
    except KeyError:
        return False
    return _reaches(account, units)


def _reaches(account: AccountRow, units: tuple[str, ...] | None) -> bool:
    """Tell whether the ledger of all these units is theirs; `units` None: of the whole bureau."""
    reach = access.reach(account.roles, "ledger.get")
    return reach is None or (bool(units) and set(units or ()) <= set(reach))


def _reconciliation(work: Work, account: AccountRow, period: str) -> bool:  # noqa: ARG001 - as every rule
    return _reaches(account, None)


def _public(work: Work, account: AccountRow, period: str) -> bool:  # noqa: ARG001 - as every rule
    return access.may(account.roles, "ledger.publish")


def _template(work: Work, account: AccountRow, which: str) -> bool:  # noqa: ARG001 - as every rule
    return access.reach(account.roles, "issue.enter") != ()


def _invitation(work: Work, account: AccountRow, link: str) -> bool:  # noqa: ARG001 - as every rule
    return access.reach(account.roles, "deputy.name") != ()  # heads invite deputies, admins everybody


def _import(work: Work, account: AccountRow, number: str) -> bool:
    sent = imports.get(work, _number(number))
    return sent is not None and sent.person_id == account.person_id


def _roster_template(work: Work, account: AccountRow, which: str) -> bool:  # noqa: ARG001 - as every rule
    return access.may(account.roles, "people.manage")


def _roster(work: Work, account: AccountRow, number: str) -> bool:
    sent = imports.get(work, _number(number), "roster")
    mine = sent is not None and sent.person_id == account.person_id
    return mine and access.may(account.roles, "people.manage")


def _number(text: str) -> int:
    """Return the id in a reference, 0 (nobody's) for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0


ABOUT: Final[Mapping[str, Rule]] = {"issue": _issue, "submission": _submission}
TABLES: Final[Mapping[str, Rule]] = {
    "weekly": _reports,
    "ledger": _ledger,
    "reconciliation": _reconciliation,
    "contacts": _reports,
    "statistics": _reports,
    "standards": _reports,
    "cases": _reports,
    "discipline": _reports,
    "summary-picture": _summary,
    "bulletin": _summary,
    "bulletin-word": _summary,
    "public": _public,
    "ledger-template": _template,
    "import-faults": _import,
    "roster-template": _roster_template,
    "roster-faults": _roster,
    "roster-links": _roster,
    "closing-sheet": _issue,
    "invitation-qr": _invitation,
    "sheet": _submission,
}
