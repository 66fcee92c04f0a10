"""What is said about the mistakes of a campaign file: each with its place and a cure.

Leaves out finding them (`bot.core.campaign_rules`, `bot.campaigns`) and what a file means (`campaign_meaning`).
"""

from __future__ import annotations

import json
import re
from datetime import date, time
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.core.campaign_rules import Mistake, Path

ROLES = {
    "contact": "联系人",
    "head": "单位负责人",
    "brigade": "大队联系人",
    "leader": "领导小组",
    "admin": "管理员",
}
KINDS = {
    "notice": "预告",
    "prompt": "提醒",
    "nudge": "催办",
    "missing": "未报名单",
    "overdue": "逾期提醒",
    "push": "自动推送",
    "ledger": "台账提醒",
}
EVERY = {
    "monday": "每周一",
    "tuesday": "每周二",
    "wednesday": "每周三",
    "thursday": "每周四",
    "friday": "每周五",
    "saturday": "每周六",
    "sunday": "每周日",
}


def unreadable(path: str, *, missing: bool) -> str:
    """Say that the file cannot be opened."""
    if missing:
        return f"找不到文件“{path}”。请核对路径和文件名。"
    return f"文件“{path}”打不开。请确认它是一个文件、并且允许读取。"


def not_utf8(path: str) -> str:
    """Say that the file is in another encoding."""
    return f"文件“{path}”不是 UTF-8 编码。请用记事本“另存为”，编码改成 UTF-8。"


def syntax(error: str, number: int, line: str, *, ended: bool) -> str:
    """Say what breaks the TOML, as far as the parser's `error` and the `line` show it."""
    if wide := re.findall(r"[“”‘’＝，：【】]", _unquoted(line)):
        reason = f'用了中文符号 {" ".join(dict.fromkeys(wide))}。改成英文半角的 " = , : [ ]'
    elif "overwrite" in error or "twice" in error:
        reason = "同一个名称写了两次。删去其中一处"
    elif ended or "Unterminated" in error or "Unclosed" in error or "Illegal character '\\n'" in error:
        reason = '引号或方括号没有成对。改成成对的 "…" 或 […]'
    elif "after a key" in error or "Invalid statement" in error:
        reason = '不是“名称 = 值”的写法。改成 name = "…" 这样，注释前面加 #'
    elif "Invalid value" in error:
        reason = '等号右边写得不对。文字改成加英文引号 "…"，日期改成 2020-08-31，是否改成 true 或 false'
    else:
        reason = "写法不对。对照样例文件改成“名称 = 值”"
    return f"第{number}行：{reason}。（原文：{line.strip()[:60]}）"


def sentence(mistake: Mistake, line: int | None) -> str:
    """Say a mistake, where it is and what to change."""
    place = f"第{line}行" if line else "文件中"
    say = _SENTENCES.get(mistake.key, _plain)
    return f"{place}（{_where(mistake.path)}）：{say(mistake)}"


def _where(path: Path) -> str:
    return "·".join(part if isinstance(part, str) else f"第{part + 1}个" for part in path)


def _unquoted(line: str) -> str:
    return re.sub(r'"[^"]*"|#.*', "", line)


def _shown(value: object) -> str:
    if isinstance(value, date | time):
        return f"{value:%H:%M}" if isinstance(value, time) else value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)[:60]


def _toml(values: Iterable[object]) -> str:
    return "、".join(json.dumps(value, ensure_ascii=False) for value in values)


def _close(value: object, known: list[str]) -> str:
    """The one of `known` that was probably meant, or all of them."""
    near = get_close_matches(str(value), known, n=1)
    return f"改成 {_toml(near)}" if near else f"改成其中之一：{_toml(known)}"


def _plain(mistake: Mistake) -> str:
    return f"{_shown(mistake.facts.get('input'))} 写法不对。改成样例文件里的写法。"


def _unknown_key(mistake: Mistake) -> str:
    name = str(mistake.path[-1])
    known = "、".join(mistake.facts["known"])
    cure = f"改成 {mistake.facts['meant']}" if mistake.facts["meant"] else f"删去，或改成其中之一：{known}"
    return f"没有“{name}”这一项。{cure}。"


def _literal(mistake: Mistake) -> str:
    known = re.findall(r"'([^']+)'", mistake.facts["expected"])
    return f"{_shown(mistake.facts['input'])} 不能用在这里。{_close(mistake.facts['input'], known)}。"


def _date(mistake: Mistake) -> str:
    value = mistake.facts["input"]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return f"日期不加引号。改成 {value}。"
    return f"{_shown(value)} 不是日期。改成 2020-08-31 这样，不加引号。"


def _pattern(mistake: Mistake) -> str:
    value = _shown(mistake.facts["input"])
    if mistake.path[-1] == "code":
        return f'{value} 不能作编号的开头。改成大写英文字母开头，只用大写字母和数字，最多10个字符，如 "NJ"。'
    return f'{value} 不能作代号。改成小写英文字母开头，只用小写字母、数字、- 和 _，最多20个字符，如 "nongji"。'


def _overlap(mistake: Mistake) -> str:
    facts = mistake.facts
    return (
        f"阶段“{facts['name']}”与“{facts['other']}”时间重叠。开始日期改成 {facts['day']} 或以后，或提前结束前一阶段。"
    )


def _outside(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"{facts['day']} 不在整治期间内。改成 {facts['start']} 至 {facts['end']} 之间的日期，或调整整治起止日期。"


def _role(mistake: Mistake) -> str:
    facts = mistake.facts
    kind = KINDS[facts["kind"]]
    return f"{kind}不能发给“{ROLES[facts['role']]}”（{facts['role']}）。改成其中的：{_toml(facts['roles'])}。"


def step_day(number: int) -> str:
    """Say on which working day a rung speaks, counted from the due day."""
    if not number:
        return "当天"
    return f"前{-number}个工作日" if number < 0 else f"后{number}个工作日"


def _order(mistake: Mistake) -> str:
    facts = mistake.facts
    before = f"{step_day(facts['day'])}{facts['at']:%H:%M}"
    return f"提醒没有按先后写：前一级是{before}。把这一级移到前面，或把时间改成在它之后。"


def _stage_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    cure = _close(facts["stage"], facts["known"]) if facts["known"] else "请补上 [[stages]]"
    return f"没有代号为 {_shown(facts['stage'])} 的阶段。{cure}。"


def _stage_missing(mistake: Mistake) -> str:
    known = mistake.facts["known"]
    cure = f"补上 stage = …，写其中之一：{_toml(known)}" if known else "请补上 [[stages]]，再写上 stage = …"
    return f"没有写是哪个阶段的通知。{cure}。"


def _form_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"没有名为 {_shown(facts['form'])} 的填报表。{_close(facts['form'], list(facts['known']))}。"


def _duty_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"没有代号为 {_shown(facts['duty'])} 的报送事项。{_close(facts['duty'], facts['known'])}。"


def _table_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"没有能自动推送的表 {_shown(facts['table'])}。{_close(facts['table'], list(facts['known']))}。"


def _recipient_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    cure = _close(facts["recipient"], facts["known"]) if facts["known"] else "请补上 [[recipients]]"
    return f"没有代号为 {_shown(facts['recipient'])} 的收件人。{cure}。"


def _push_unfit(mistake: Mistake) -> str:
    facts = mistake.facts
    table, duty, fitting = (facts[name] for name in ("table", "duty", "fitting"))
    reason = f"{_shown(duty)} 没有截止时间，{_shown(table)} 要在截止后推送"
    if facts["weekly"]:
        reason = f"{_shown(duty)} 不是每周报送的事项，而 {_shown(table)} 一周一张"
    elif facts["form"]:
        reason = f"{_shown(table)} 汇总的是 form = {_shown(facts['form'])} 的事项，{_shown(duty)} 不是"
    one = "其中之一：" if len(fitting) > 1 else " "
    return f"{reason}。" + (f"改成{one}{_toml(fitting)}。" if fitting else "方案里没有合适的事项，请删去这一推送。")


def _column_unknown(mistake: Mistake) -> str:
    facts = mistake.facts
    return f"台账没有名为 {_shown(facts['title'])} 的列。{_close(facts['title'], list(facts['known']))}。"


def _fixed(words: str) -> Callable[[Mistake], str]:
    """A sentence with blanks for the facts of the mistake."""
    return lambda mistake: words.format(**{name: _Shown(value) for name, value in mistake.facts.items()})


class _Shown:
    """A fact as it stands in the file."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return str(self.value) if spec == "bare" else _shown(self.value)


_SENTENCES: Mapping[str, Callable[[Mistake], str]] = {
    # the shape of one value
    "missing": lambda mistake: f"缺少“{mistake.path[-1]}”。请补上这一项，写法见样例文件。",
    "extra_forbidden": _unknown_key,
    "literal_error": _literal,
    "date_type": _date,
    "string_type": _fixed('{input} 不是文字。改成加英文引号的文字，如 "…"。'),
    "string_too_short": _fixed("不能为空。改成要显示的文字。"),
    "string_pattern_mismatch": _pattern,
    "int_type": _fixed("{input} 不是整数。改成不加引号的整数，如 -1、0、30。"),
    "greater_than_equal": _fixed("{input} 太小。改成不小于 {ge} 的整数。"),
    "bool_type": _fixed("{input} 不是“是”或“否”。改成 true 或 false，不加引号。"),
    "tuple_type": _fixed('{input} 应当是一组值。改成方括号的写法，如 ["…", "…"]。'),
    "too_short": _fixed("不能为空。请至少写一项。"),
    "model_type": _fixed("{input} 应当是一个小节。改成 [名称] 开头、下面逐行写“名称 = 值”。"),
    "clock": _fixed('{input} 不是一天里的时刻。改成 "16:00" 这样，从 "00:00" 到 "23:59"。'),
    "until": _fixed('{input} 不能作期限。改成分钟数（如 90），或当天的时刻（如 "18:00"）。'),
    "zone": _fixed('没有时区 {input}。改成 "Asia/Shanghai" 这样的名称。'),
    # what does not hold together
    "end_before_start": _fixed("结束日期 {end} 早于开始日期 {start}。改成 {start} 或以后的日期。"),
    "period_too_long": _fixed("从 {start} 到 {end} 超过十年。改成实际的结束日期。"),
    "key_twice": _fixed("代号 {value} 用了两次。改成另一个代号。"),
    "name_twice": _fixed("名称 {value} 用了两次。改成能区分开的名称。"),
    "item_twice": _fixed("项目 {value} 写了两次。删去一处，或改成另一项。"),
    "stages_overlap": _overlap,
    "outside_period": _outside,
    "rule_missing": _fixed(
        '没有写 {name} 什么时候报。补上 every = "friday"、on = 2020-08-31、at_once = true 其中之一。'
    ),
    "rules_many": lambda mistake: f"{'、'.join(mistake.facts['names'])} 只能写一个。改成只留其中一个。",
    "by_missing": _fixed('没有写 {name} 的截止时刻。补上 by = "12:00"。'),
    "at_once_alone": _fixed("发生时随时报的事项（at_once）没有截止时间，用不上 {name:bare}。删去 {name:bare}。"),
    "never_due": lambda mistake: (
        f"整治期间没有一个{EVERY[mistake.facts['every']][1:]}。改成期间内有的日子，或调整整治起止日期。"
    ),
    "role_misplaced": _role,
    "ladder_order": _order,
    "step_twice": lambda mistake: f"同一时间的“{KINDS[mistake.facts['kind']]}”写了两次。删去一处，收件人并到一处写。",
    "asks_too_late": lambda mistake: (
        f"“{KINDS[mistake.facts['kind']]}”要在截止前发出。改成 {mistake.facts['by']:%H:%M} 之前，"
        '或把 kind 改成 "overdue"。'
    ),
    "tells_too_early": lambda mistake: (
        f"“{KINDS[mistake.facts['kind']]}”要在截止后发出。改成当天 {mistake.facts['by']:%H:%M} 或以后，"
        '或把 kind 改成 "nudge"。'
    ),
    "repeats_early": _fixed(
        "every_day_after 只用于截止后第1个工作日起的 missing、overdue。改成 day = 1 或更大，或删去 every_day_after。"
    ),
    "until_before_at": _fixed("期限不晚于发出时刻 {at}。改成更晚的时刻，或分钟数。"),
    "duty_unknown": _duty_unknown,
    "form_unknown": _form_unknown,
    "weekly_key": _fixed("每周报送的事项，key 固定写 {wanted}，这里写的是 {key}。改成 {wanted}。"),
    "weekly_rule": _fixed("key 为 {key} 的事项是每周报送的，用不上 {name:bare}。改成 every，或换一个 key。"),
    "stage_unknown": _stage_unknown,
    "stage_missing": _stage_missing,
    "stage_form": _fixed("{form} 用不上 stage，阶段通知的 form 固定写 {wanted}。改成 {wanted}，或删去 stage。"),
    "notice_alone": _fixed("阶段通知在 on 写的日期发一次，点“收到”即可，用不上 {name:bare}。删去 {name:bare}。"),
    "notice_outside": _fixed("{day} 不在“{name:bare}”阶段内。改成 {start} 至 {end} 之间的日期。"),
    "table_unknown": _table_unknown,
    "push_unfit": _push_unfit,
    "push_no_ledger": _fixed("没有写 [ledger]，{table} 发不出来。请补上 [ledger]，或删去这一推送。"),
    "push_once": _fixed("{table} 只推送一次，用不上 again_minutes。删去这一行。"),
    "push_twice": _fixed("同一事项的同一张表写了两次推送。删去一处，收件人并到一处写。"),
    "push_nobody": _fixed('没有写发给谁。补上 to = ["brigade"] 这样的角色，或 also = [收件人的 key]。'),
    "recipient_unknown": _recipient_unknown,
    "address_missing": _fixed('没有写 {name} 的邮箱地址。补上 address = "…@…"。'),
    "address_unfit": _fixed('{address} 不是邮箱地址。改成 "office@example.cn" 这样，一个收件人写一个地址。'),
    "address_unwanted": _fixed(
        "企业微信群不写 address：机器人的密钥要保密，写在设置 DUBAN_WECOM 里，代号用 {key:bare}。删去 address。"
    ),
    "address_twice": _fixed("邮箱 {value} 写了两次。删去一处，推送的 also 里写同一个收件人。"),
    "quiet_empty": _fixed("免打扰的起止时刻相同。改成不同的时刻，或删去 [quiet]。"),
    "earliest_late": _fixed("{earliest} 不早于整治结束日期 {end}，没有问题可以录入。改成更早的日期，如 2016-01-01。"),
    "label_twice": _fixed("{value} 写了两次。删去一处，或改成另一项。"),
    "powers_missing": _fixed("裁量基准按职权种类填报。请在 [lists] 中写明 powers，或删去这一事项。"),
    "list_long": _fixed("共{number}项，最多{most}项，再多就填不完了。请合并或删去一些。"),
    "column_unknown": _column_unknown,
    "areas_missing": _fixed("台账的问题要从整治内容里选。请补上 [[areas]]，或删去 [ledger]。"),
    "items_missing": _fixed("{name} 没有项目，台账里选不到。请至少写一项。"),
    "series_twice": _fixed("问题编号的开头 {value} 已经用了（不写 code 时是大写的 key）。改成另一个 code。"),
    "rung_repeats_early": _fixed("every_day_after 只用于整改时限之后。改成 day = 1 或更大，或删去 every_day_after。"),
    "rung_twice": _fixed("同一时间的台账提醒写了两次。删去一处，收件人并到一处写。"),
    "day_both": _fixed("{day} 既写在 off 又写在 on 里。改成只留一处。"),
}


def mistaken(path: str, mistakes: list[str]) -> str:
    """Say every mistake of a file."""
    return "\n".join((f"“{path}”有{len(mistakes)}处需要修改：", *(f"  {each}" for each in mistakes)))
