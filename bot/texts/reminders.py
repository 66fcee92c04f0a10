"""What reminders say.

Owns the sentences and buttons of a notice: what exactly is missing, and the button that does it. Leaves out who gets
one and when (`bot.core.reminders`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.core import urgency
from bot.core.deadlines import Occurrence, week_of
from bot.core.messages import Button, Message, Rows
from bot.texts import stages
from bot.texts.issues_marks import mark
from bot.texts.moments import day, weekday

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.core.campaign import Campaign, Role, Stage
    from bot.core.reminders import Notice, Part, State

#: A reminder comes again so much later when its reader asks for it.
SNOOZE: Final = timedelta(hours=1)
#: Rows of buttons under one message; what else there is to do is found in 我的待办.
_ROWS: Final = 10
_WEEK: Final = timedelta(days=7)

_TITLES: Final = {
    "notice": "报送预告",
    "prompt": "报送提醒",
    "nudge": "催办提醒",
    "missing": "报送情况",
    "overdue": "逾期提醒",
}
#: What contacts and heads are told, by whose message it is and what is missing; "" stands for every other kind.
_SAID: Final[Mapping[tuple[Role, State], Mapping[str, str]]] = {
    ("contact", "none"): {
        "notice": "{units}的{what}请于{due}前报送，现在就可以填写。",
        "prompt": "{units}的{what}请于{due}前报送。点下面的按钮就可以填，没填完会自动保存。",
        "": "{units}的{what}还没有报送，{left}请于{due}前报送。",
        "overdue": "{units}的{what}应于{due}前报送，目前还没有收到，请尽快补报。",
    },
    ("contact", "draft"): {
        "": "{units}的{what}已开始填写，还没有提交，{left}请于{due}前报送。",
        "overdue": "{units}的{what}应于{due}前报送，已开始填写，还没有提交，请尽快提交。",
    },
    ("contact", "returned"): {
        "": "{units}的{what}已被退回，{left}请于{due}前修改后重报。",
        "overdue": "{units}的{what}应于{due}前报送，已被退回，请尽快修改后重报。",
    },
    ("contact", "stamping"): {
        "": "{units}的{what}只差盖章件，{left}请盖章后于{due}前上传照片或扫描件。",
        "overdue": "{units}的{what}应于{due}前报送，只差盖章件，请盖章后尽快上传照片或扫描件。",
    },
    ("head", "none"): {
        "": "{units}的{what}请于{due}前报送，联系人填好后会送您签批。",
        "overdue": "{units}的{what}应于{due}前报送，联系人还没有提交，请督促尽快补报。",
    },
    ("head", "returned"): {
        "": "{units}的{what}已被退回，{left}请督促联系人于{due}前修改后重报。",
        "overdue": "{units}的{what}应于{due}前报送，已被退回，请督促联系人尽快修改后重报。",
    },
    ("head", "filed"): {
        "": "{units}的{what}已经填好，等您签批。{left}请于{due}前签批。",
        "overdue": "{units}的{what}应于{due}前报送，现已过截止时间，还等您签批。",
    },
    ("head", "stamping"): {
        "overdue": "{units}的{what}应于{due}前报送，只差盖章件，请督促联系人尽快上传。",
    },
}
#: How the units whose report is not in are told apart in a list.
_GROUPS: Final[Mapping[str, tuple[State, ...]]] = {
    "未报": ("none", "draft"),
    "待负责人签批": ("filed",),
    "待盖章": ("stamping",),
    "已退回": ("returned",),
}


def words(notice: Notice, campaign: Campaign, now: datetime) -> Message:
    """Return the message for a notice, as it is true at `now`."""
    now = now.astimezone(campaign.zone)
    items = [_Item(part, campaign, now) for part in _joined(notice.parts, campaign)]
    if len(items) == 1:
        return Message(items[0].text(), title=items[0].title(), buttons=_few(items[0].rows()))
    texts = [f"{number}. {item.text()}" for number, item in enumerate(items, start=1)]
    return Message("\n\n".join(texts), title=f"有{len(items)}件事请处理", buttons=_few(_numbered(items)))


def _numbered(items: Sequence[_Item]) -> Iterator[tuple[Button, ...]]:
    """Yield the rows of several items, each button with its item's number; what two of them offer is offered once."""
    seen: set[str] = set()
    for number, item in enumerate(items, start=1):
        for row in item.rows():
            if row[0].action not in seen:
                yield tuple(replace(button, label=f"{number}. {button.label}") for button in row)
            seen.add(row[0].action)


def _few(rows: Iterator[tuple[Button, ...]]) -> Rows:
    every = tuple(rows)
    return every if len(every) <= _ROWS else (*every[: _ROWS - 1], (Button("其余事项：我的待办", "m:todo"),))


def what(campaign: Campaign, occurrence: Occurrence) -> str:
    """Name what is reported: "第28周（7月6日—7月10日）每周工作信息", "《工作总结》"."""
    duty = campaign.duty(occurrence.duty)
    return f"{occurrence.title}{duty.name}" if duty.every else f"《{duty.name}》"


def when(moment: datetime, now: datetime) -> str:
    """Say a moment as seen from `now`, in the zone `moment` has: "本周五（7月10日）12:00"."""
    return f"{_seen(moment.date(), now.astimezone(moment.tzinfo).date())}{moment:%H:%M}"


def _seen(value: date, today: date) -> str:
    words = day(value) if value.year == today.year else f"{value.year}年{day(value)}"
    if value == today:
        return f"今天（{words} {weekday(value)}）"
    near = {week_of(today): "本", week_of(today + _WEEK): "下", week_of(today - _WEEK): "上"}
    if week := near.get(week_of(value)):
        return f"{week}{weekday(value)}（{words}）"
    return f"{words}（{weekday(value)}）"


def _joined(parts: tuple[Part, ...], campaign: Campaign) -> Iterator[Part]:
    """Say what concerns several units of one person in one sentence: those of whom the same is missing."""
    joined: dict[tuple[str, ...], Part] = {}
    for part in parts:
        same: tuple[str, ...] = (part.kind, part.role, part.occurrence.key)
        if part.open and campaign.duty(part.occurrence.duty).stage is None:
            same += (part.open[0][1].state,)
        before = joined.get(same)
        joined[same] = replace(part, open=before.open + part.open) if before else part
    yield from joined.values()


class _Item:
    """One thing a notice says, being written."""

    def __init__(self, part: Part, campaign: Campaign, now: datetime) -> None:
        self._part = part
        self._campaign = campaign
        self._now = now
        self._key = part.occurrence.key
        self._duty = campaign.duty(part.occurrence.duty)
        self._stage: Stage | None = campaign.stage(self._duty.stage) if self._duty.stage else None
        self._what = what(campaign, part.occurrence)
        self._due = when(part.occurrence.due, now)
        self._late = now.astimezone(UTC) >= part.occurrence.due.astimezone(UTC)
        self._units = self._names(part.units)

    def title(self) -> str:
        """Return the title of a message that says nothing else."""
        return "阶段通知" if self._stage else _TITLES[self._part.kind]

    def text(self) -> str:
        """Return what is said."""
        if self._part.role not in {"contact", "head"}:
            return self._lamp() + "\n".join(self._of_stage() if self._stage else self._of_all())
        if self._stage:
            return "\n".join(self._to_acknowledge(self._stage))
        state = self._part.open[0][1].state
        say = _SAID[self._part.role, "none" if (self._part.role, state) == ("head", "draft") else state]
        words = say.get(self._part.kind) or say[""]
        return self._lamp() + words.format(units=self._units, what=self._what, due=self._due, left=self._left())

    def rows(self) -> Iterator[tuple[Button, ...]]:
        """Yield the buttons that do what is missing."""
        if self._part.role not in {"contact", "head"}:
            state = Button("查看报送情况", f"m:state:{self._key}")
            urges = self._part.role == "brigade" and self._part.open
            yield (Button("催报", f"m:urge:{self._key}", "primary"), state) if urges else (state,)
        elif self._stage or self._part.asks:
            snooze = [Button("一小时后提醒", f"m:snooze:{self._key}@{unit}") for unit in self._snoozable()]
            for button in self._doing():
                yield (button, *snooze)

    def _doing(self) -> Iterator[Button]:
        """Yield the buttons: one for all units where one leads to all, else one a unit."""
        every = self._part.open
        _, first = every[0]
        if self._stage:
            yield from self._each(stages.ACKNOWLEDGE, [f"m:ack:{self._key}@{unit}" for unit, _ in every])
        elif first.state == "stamping":
            yield from self._each("上传盖章件", [f"m:stamp:{standing.report}" for _, standing in every])
        elif first.state == "filed":
            yield Button("查看并签批", f"m:see:{first.report}" if len(every) == 1 else "m:sign", "primary")
        elif first.state == "returned" and len(every) == 1:
            yield Button("修改后重报", f"m:fix:{first.report}", "primary")
        else:
            yield Button(self._file_label(), f"m:file:{self._key}", "primary")

    def _each(self, label: str, actions: Sequence[str]) -> Iterator[Button]:
        for (unit, _), action in zip(self._part.open, actions, strict=True):
            yield Button(f"{label}（{self._names((unit,))}）" if len(actions) > 1 else label, action, "primary")

    def _snoozable(self) -> tuple[str, ...]:
        """Return the unit whose reminder may come again: a single one, with more than an hour left or overdue."""
        in_time = self._late or self._now.astimezone(UTC) < self._part.occurrence.due.astimezone(UTC) - SNOOZE
        return self._part.units if len(self._part.open) == 1 and in_time and not self._stage else ()

    def _lamp(self) -> str:
        """Return the colour of a dated duty that is not done."""
        if self._duty.every or self._stage or not self._part.open:
            return ""
        near = urgency.colour(self._part.occurrence.due, self._now, self._campaign.workdays)
        return mark("red" if self._late else near) + " "

    def _to_acknowledge(self, stage: Stage) -> Iterator[str]:
        overdue = self._part.kind == "overdue"
        about = stages.heading(stage)
        yield f"{self._units}还没有回复“{stages.ACKNOWLEDGE}”：{about}。" if overdue else f"现在进入{about}。"
        if stage.tasks:
            yield stages.tasks(stage)
        yield f"请{self._units}点“{stages.ACKNOWLEDGE}”回复。"

    def _of_stage(self) -> Iterator[str]:
        number = len(self._part.open)
        done = (
            f"未回复“{stages.ACKNOWLEDGE}”{number}个：{self._units}。"
            if number
            else f"均已回复“{stages.ACKNOWLEDGE}”。"
        )
        yield f"{self._what}：应回复{self._part.expected}个单位，{done}"

    def _of_all(self) -> Iterator[str]:
        if not self._part.open:
            yield f"{self._what}{self._due}截止，应报{self._part.expected}个单位，全部报齐。"
            return
        late = "已逾期" if self._part.kind == "overdue" else "已截止"
        yield f"{self._what}{late}（截止时间：{self._due}），应报{self._part.expected}个单位。"
        for name, states in _GROUPS.items():
            units = [unit for unit, standing in self._part.open if standing.state in states]
            if units:
                yield f"{name}{len(units)}个：{self._names(units)}。"

    def _left(self) -> str:
        """Say how long is left when it is little: "还剩1小时，"; nothing when a day or more is."""
        due = self._part.occurrence.due.astimezone(UTC)
        minutes = -int((self._now.astimezone(UTC) - due).total_seconds() // 60)  # a begun minute counts
        hours, rest = divmod(minutes, 60)
        if not 0 < minutes < 24 * 60:
            return ""
        return "还剩" + (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest else "") + "，"

    def _names(self, units: Sequence[str]) -> str:
        return "、".join(self._campaign.unit(key).name for key in units)

    def _file_label(self) -> str:
        """Name the button that opens the form; a week that is not this one is named by its number."""
        if not self._duty.every:
            return f"填报{self._duty.name}"
        period = self._part.occurrence.period
        return "填报本周信息" if period == week_of(self._now.date()) else f"填报第{int(period[-2:])}周信息"
