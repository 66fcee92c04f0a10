"""Importing a ledger: what is wrong with a cell, what a file holds, and the words of the template."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bot.core.messages import Attachment, Button, Message
from bot.texts.menu import BACK_TO_MENU, LEDGER
from bot.texts.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.problems import Problem

TITLE: Final = "导入台账"
UPLOAD: Final = "上传台账"
TEMPLATE: Final = "导入模板"
TEMPLATE_FILE: Final = "问题台账导入模板.xlsx"
FAULTS_FILE: Final = "导入台账检查结果.xlsx"

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

#: Faults listed in the chat; with more of them the whole list goes along as a table.
LISTED: Final = 15
#: Numbers named of what is on the ledger already, and of what has been entered.
NAMED: Final = 3
#: Options are named where all of them take up no more than so many characters.
_OPTIONS: Final = 60

# ── What is wrong ────────────────────────────────────────────────────────

#: A reason for each refusal, as short as a table wants it; where there is none, the sentence of the chat.
REASONS: Final[dict[str, str]] = {
    "text_empty": "没有填写",
    "text_short": "写了{written}字，至少{least}字",
    "text_long": "写了{written}字，最多{most}字",
    "choice_unknown": "没有“{written}”这一项{options}",
    "item_unknown": "没有“{written}”这一项，请写成“方面－项目”，名称见导入模板",
    "item_several": "“{written}”在几个方面都有，请写成“方面－项目”",
    "yesno_unknown": "请填“是”或“否”",
    "date_unknown": "没有看懂这个日期，请写成2020-7-8这样",
    "date_yearless": "请写明年份，如2020-7-8",
    "date_early": "早于{earliest}",
    "date_late": "晚于{latest}",
    "phone_unknown": "没有看懂这个号码，请填手机号或带区号的座机号",
    "unit_unknown": "没有“{written}”这个单位{options}",
    "unit_foreign": "只能导入本单位的问题{options}",
    "cell_broken": "单元格有错误值{code}",
    "happened_after_found": "晚于发现时间",
    "mended_before_found": "早于发现时间",
    "due_before_found": "早于发现时间",
    "verified_before_found": "早于发现时间",
    "row_twice": "与第{row}行重复",
    "row_closed": "已销号的问题请由大队导入",
}

#: Why a whole file is refused.
REFUSALS: Final[dict[str, str]] = {
    "import_unreadable": "打不开这个文件。请在Excel或WPS中打开，另存为“Excel工作簿（.xlsx）”，不要加密，然后再发一次。",
    "import_large": "这个文件展开后太大，收不了。请只留台账这张表，另存后再发一次。",
    "import_header": "没有找到台账的表头。表头请与导入模板一致，放在前15行之内。",
    "import_columns": "缺少这些列：{columns}。请按导入模板补齐后再发一次。",
    "import_empty": "表头下面没有填写问题，请填好后再发一次。",
    "import_long": "超过{most}行，请分成几个文件导入。",
}


def reason(problem: Problem, own: Mapping[str, str] = NOTHING) -> str:
    """Say in a few words why a cell was refused; `own` reasons come first. Never raises."""
    template = own.get(problem.key) or REASONS.get(problem.key)
    if template is None:
        return sentence(problem)
    return template.format_map(_Facts(problem.facts, options=_options(problem.facts.get("options"))))


def _options(labels: object) -> str:
    """Return ", what may stand there", where that is short."""
    listed = "、".join(labels) if isinstance(labels, list) else ""
    return f"，可填：{listed}" if 0 < len(listed) <= _OPTIONS else ""


def refusal(problem: Problem, own: Mapping[str, str] = NOTHING) -> str:
    """Say why a file as a whole was refused; `own` sentences come first. Never raises."""
    facts = dict(problem.facts)
    columns = facts.get("columns")
    if isinstance(columns, list):
        facts["columns"] = "、".join(columns)
    template = own.get(problem.key) or REFUSALS.get(problem.key, REFUSALS["import_unreadable"])
    return template.format_map(_Facts(facts))


class _Facts(dict[str, Any]):
    """Facts for a sentence; one that was not given reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def fault(row: int, column: str, why: str) -> str:
    """Return a fault as a line: 第7行“发现时间”：没有填写."""
    return f"第{row}行“{column}”：{why}"


# ── Messages ─────────────────────────────────────────────────────────────


def taken(name: str) -> Message:
    """Confirm that a file has arrived."""
    return Message(
        f"已收到“{name}”，正在逐行检查，稍候告知结果。",
        title=TITLE,
        buttons=((Button(LEDGER, "m:ledger"), BACK_TO_MENU),),
        place="next",
    )


def failed(name: str, why: str) -> Message:
    """Say why nothing of a file can be entered."""
    return Message(f"“{name}”没有导入。\n{why}", title=TITLE, buttons=_AGAIN)


def checked(
    import_id: int,
    name: str,
    *,
    count: int,
    good: int,
    known: Sequence[str],
    wrong: int,
    faults: Sequence[str],
    unread: Sequence[str],
) -> Message:
    """Say what a file holds: `known` numbers on the ledger already, `wrong` rows, `faults` as lines."""
    parts = [f"“{name}”共{count}行：" + _counts(good, known, wrong)]
    if faults:
        parts.append("\n".join(["【有误的行】", *faults[:LISTED]]))
    if len(faults) > LISTED:
        parts.append(f"以上是前{LISTED}处，全部{len(faults)}处见附件。")
    if unread:
        parts.append(f"以下列不导入：{'、'.join(unread)}。")
    parts.append(_advice(good, wrong))
    attachments = (Attachment("table", f"import-faults/{import_id}", FAULTS_FILE),) if len(faults) > LISTED else ()
    return Message(
        "\n\n".join(part for part in parts if part),
        title=f"{TITLE} · 检查结果",
        buttons=_decide(import_id, good) if good else _AGAIN,
        attachments=attachments,
    )


def _counts(good: int, known: Sequence[str], wrong: int) -> str:
    parts = [f"可录入{good}件"]
    if known:
        named = "、".join(known[:NAMED]) + ("等" if len(known) > NAMED else "")
        parts.append(f"已在台账中{len(known)}件（{named}）")
    if wrong:
        parts.append(f"有误{wrong}行")
    return "，".join(parts) + "。"


def _advice(good: int, wrong: int) -> str:
    if good:
        return "点“确认录入”后才会记入台账。" + ("有误的行可改好后再导入，已录入的不会重复。" if wrong else "")
    return "有误的行改好后请再导入一次。" if wrong else "没有需要录入的问题。"


def _decide(import_id: int, good: int) -> tuple[tuple[Button, ...], ...]:
    return (
        (Button(f"确认录入{good}件", f"m:import:{import_id}", "primary"), Button("放弃", f"m:importno:{import_id}")),
        (Button(TEMPLATE, "m:template"), BACK_TO_MENU),
    )


_AGAIN: Final = (
    (Button(UPLOAD, "m:upload", "primary"), Button(TEMPLATE, "m:template")),
    (Button(LEDGER, "m:ledger"), BACK_TO_MENU),
)


def entered(numbers: Sequence[str], known: int) -> Message:
    """Confirm what has been entered; `known` rows were on the ledger already."""
    lines = ["这些问题均已在台账中，没有重复录入。"]
    if numbers:
        lines = [f"已录入{len(numbers)}件，编号{_numbers(numbers)}。"]
    if numbers and known:
        lines.append(f"另有{known}件已在台账中，没有重复录入。")
    return Message(
        "\n".join(lines),
        title="录入成功" if numbers else TITLE,
        buttons=((Button(LEDGER, "m:ledger"), BACK_TO_MENU),),
        place="next",
    )


def _numbers(numbers: Sequence[str]) -> str:
    """Name the numbers given: the first and the last of each unit, of many units some."""
    series: dict[str, list[str]] = {}
    for number in numbers:
        series.setdefault(number.rpartition("-")[0], []).append(number)
    runs = [run[0] if len(run) == 1 else f"{run[0]}至{run[-1]}" for run in series.values()]
    return "、".join(runs[:NAMED]) + ("等" if len(runs) > NAMED else "")


def dropped(name: str) -> Message:
    """Confirm that nothing of a file is entered."""
    return Message(
        f"已放弃“{name}”，台账没有变动。",
        title=TITLE,
        buttons=((Button(LEDGER, "m:ledger"), BACK_TO_MENU),),
        place="next",
    )


def unit_notice(numbers: Sequence[str], who: str) -> Message:
    """Tell a unit's contacts what somebody else has put on the ledger for them."""
    return Message(
        f"{who}导入了本单位的问题{len(numbers)}件，编号{_numbers(numbers)}，请按时限整改。",
        title="台账新增问题",
        buttons=((Button(LEDGER, "m:ledger", "primary"),),),
    )


def template(ref: str) -> Message:
    """Hand out the template; `ref` are the keys of the units it is for, or "*" for all of them."""
    return Message(
        "请照“填写说明”填好，再点“上传台账”发来。示例行不会导入。",
        title=TEMPLATE,
        buttons=((Button(UPLOAD, "m:upload", "primary"), BACK_TO_MENU),),
        attachments=(Attachment("table", f"ledger-template/{ref}", TEMPLATE_FILE),),
        place="next",
    )


def finished(day: str) -> str:
    """Say in an entry's progress that it was mended, where the table says no more than that; `day` is ISO."""
    at = date.fromisoformat(day)
    return f"已于{at.year}年{at.month}月{at.day}日整改到位。"


#: Where an import stands, said to whoever taps its old button.
STATES: Final[dict[str, str]] = {
    "waiting": "正在检查",
    "failed": "没有通过检查",
    "entered": "已经录入",
    "dropped": "已经放弃",
}

# ── The template ─────────────────────────────────────────────────────────

SHEET: Final = "问题台账"
GUIDE: Final = "填写说明"
SAMPLE: Final = "示例"
HINT: Final = (
    "每行填一件，黄底的列必填。“立行立改”的还要填完成时间；“限期整改”的还要填责任人、联系电话、时间安排、整改时限。"
    "灰色的示例行不会导入。详见“填写说明”。"
)
PICK: Final = "请从下拉框中选择。"
DATE: Final = "请填日期，如2020-7-8。"

REQUIRED: Final = "必填"
OPTIONAL: Final = "选填"
AT_ONCE_ONLY: Final = "立行立改必填"
DATED_ONLY: Final = "限期整改必填"
CLOSED_ONLY: Final = "已销号的填"

GUIDE_HEADS: Final = ("列", "是否填写", "怎样填")
_LIST: Final = "从下拉框中选。"
_DAY: Final = "写明年月日，如2020-7-8，"
#: How a column is filled in, by its title.
HOW: Final[dict[str, str]] = {
    "序号": "可不填。",
    "单位": _LIST + "只有一个单位的可不填。",
    "问题类别": _LIST + "写成“方面－项目”；项目名称不重复的，只写项目也可以。",
    "问题来源": _LIST,
    "问题情形": _LIST,
    "发现时间": _DAY + "不晚于导入当天。",
    "发生时间": _DAY + "不晚于发现时间。不填的按发现时间。",
    "疫情防控期间": "填“是”或“否”。",
    "严重程度": _LIST,
    "具体问题表述": "写清时间、事项、问题，5至1000字。同一单位、同一天发现、表述相同的，视为同一件，不会重复录入。",
    "涉及当事人": "公开时不显示，100字以内。",
    "整改类型": "已当场改好的选“立行立改”，需要时间的选“限期整改”。",
    "整改措施": "800字以内。",
    "完成时间": _DAY + "不早于发现时间。限期整改已完成的也请填上。",
    "责任人": "填姓名，30字以内。",
    "联系电话": "手机号，或带区号的座机号。",
    "时间安排": "分几步整改、各到什么时候，500字以内。",
    "整改时限": _DAY + "不早于发现时间，可以已过期。",
    "整改进展": "800字以内。限期整改填了进展的，按“整改中”录入，没填的按“待整改”录入。",
    "是否销号": "已销号的填“是”，其余填“否”或不填。",
    "核查人": "填姓名。",
    "核查时间": _DAY + "不早于发现时间。",
    "核查结果": "200字以内。",
}
GUIDE_NOTES: Final = (
    "一个文件最多2000行；请存为“Excel工作簿（.xlsx）”，不要加密。",
    "表头可以增减不必填的列，先后不限，请不要改名。日期、电话直接输入即可，不要用公式。",
    "发来后先逐行检查，告知哪些可以录入、哪些有误；点“确认录入”后才会记入台账。",
)


def template_title(campaign: str) -> str:
    """Return what stands above the template."""
    return f"{campaign}{SHEET}（{TEMPLATE}）"
