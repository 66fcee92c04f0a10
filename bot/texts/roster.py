"""名册导入: units and people brought in from a workbook, and the links they get in with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.messages import Attachment, Button, Message
from bot.texts import imports
from bot.texts.admin import BACK, some
from bot.texts.enrolment import ROLE_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.problems import Problem

TITLE: Final = "名册导入"
UPLOAD: Final = "上传名册"
TEMPLATE: Final = "名册模板"
SHEET: Final = "人员名册"
LINKS: Final = "邀请链接"
TEMPLATE_FILE: Final = "人员名册模板.xlsx"
FAULTS_FILE: Final = "名册检查结果.xlsx"
LINKS_FILE: Final = "邀请链接.xlsx"

#: The person of the template's sample row, by whom that row is known again.
EXAMPLE: Final = "赵某"
SAMPLE: Final = imports.SAMPLE
#: What may stand in the column of roles, as the template offers it, and other words for it.
ROLES: Final = tuple(ROLE_NAMES.values())
ROLE_WORDS: Final = {
    **{word: role for role, word in ROLE_NAMES.items()},
    "单位联系人": "contact",
    "负责人": "head",
    "大队": "brigade",
    "领导小组成员": "leader",
    "系统管理员": "admin",
}

# ── What is wrong ────────────────────────────────────────────────────────

REASONS: Final = {
    "unit_code_unknown": "编号请以字母开头，只用字母和数字，最多10位",
    "unit_code_taken": "编号“{code}”已有单位在用",
    "roster_code_differs": "与这个单位的编号“{code}”不一致，编号不能改",
    "roster_unit_left": "这个单位已停报，请先在“单位”中恢复报送",
    "roster_phone_differs": "同名的人登记的电话是{phone}，换了号码的请先在“人员”中改，另有其人的请在姓名后注明",
}
REFUSALS: Final = {
    "import_large": "这个文件展开后太大，收不了。请只留名册这张表，另存后再发一次。",
    "import_header": "没有找到名册的表头。表头请与名册模板一致，放在前15行之内。",
    "import_columns": "缺少这些列：{columns}。请按名册模板补齐后再发一次。",
    "roster_units": "名册里没有登记过的单位超过{most}个，请核对“单位”一列是否填对；确需新增的，请分几次导入。",
    "import_empty": "表头下面没有填写人员，请填好后再发一次。",
}


def reason(problem: Problem) -> str:
    """Say in a few words why a cell was refused; never raises."""
    return imports.reason(problem, REASONS)


def refusal(problem: Problem) -> str:
    """Say why a file as a whole was refused; never raises."""
    return imports.refusal(problem, REFUSALS)


# ── Messages ─────────────────────────────────────────────────────────────

_AGAIN: Final = ((Button(UPLOAD, "m:rosterup", "primary"), Button(TEMPLATE, "m:rosterfile")), (BACK,))


def page() -> Message:
    """Say what a roster is for."""
    return Message(
        "把单位和人员填进Excel名册，一次导入：先逐行检查，告知哪些可以录入、哪些有误；确认后才录入，"
        "并为还没有加入的人生成一次性的邀请链接。同一份名册再发一次，不会重复录入。",
        title=TITLE,
        buttons=_AGAIN,
        place="next",
    )


def template() -> Message:
    """Hand out the template."""
    return Message(
        "请照“填写说明”填好，再点“上传名册”发来。示例行不会导入。",
        title=TEMPLATE,
        buttons=((Button(UPLOAD, "m:rosterup", "primary"), BACK),),
        attachments=(Attachment("table", "roster-template/", TEMPLATE_FILE),),
        place="next",
    )


def taken(name: str) -> Message:
    """Confirm that a file has arrived."""
    return Message(f"已收到“{name}”，正在逐行检查，稍候告知结果。", title=TITLE, buttons=((BACK,),), place="next")


def failed(name: str, why: str) -> Message:
    """Say why nothing of a file can be entered."""
    return Message(f"“{name}”没有导入。\n{why}", title=TITLE, buttons=_AGAIN)


def checked(  # noqa: PLR0913 - what a file holds; all are named
    import_id: int,
    name: str,
    *,
    count: int,
    new: int,
    known: int,
    wrong: int,
    units: Sequence[str],
    links: int,
    faults: Sequence[str],
    unread: Sequence[str],
) -> Message:
    """Say what a file holds: `new` and `known` rows, `wrong` ones, new `units`, people who get `links`."""
    parts = [f"“{name}”共{count}行：{_counts(new, known, wrong)}"]
    if units:
        parts.append(f"将新增单位{len(units)}个：{some(units)}。如是笔误，请改好后再导入。")
    if links:
        parts.append(f"确认后为还没有加入的{links}人生成邀请链接。")
    if faults:
        more = f"以上是前{imports.LISTED}处，全部{len(faults)}处见附件。" if len(faults) > imports.LISTED else ""
        parts += ["\n".join(["【有误的行】", *faults[: imports.LISTED]]), more]
    if unread:
        parts.append(f"以下列不导入：{'、'.join(unread)}。")
    if not new and not links:
        parts.append("有误的行改好后请再导入一次。" if wrong else "没有需要录入的。")
    label = f"确认录入{new}条" if new else f"生成链接{links}人"
    decide = (
        (Button(label, f"m:rosterok:{import_id}", "primary"), Button("放弃", f"m:rosterno:{import_id}")),
        (BACK,),
    )
    return Message(
        "\n\n".join(part for part in parts if part),
        title=f"{TITLE} · 检查结果",
        buttons=decide if new or links else _AGAIN,
        attachments=(Attachment("table", f"roster-faults/{import_id}", FAULTS_FILE),) if faults else (),
    )


def _counts(new: int, known: int, wrong: int) -> str:
    parts = [f"可录入{new}条"]
    if known:
        parts.append(f"已在册{known}条")
    if wrong:
        parts.append(f"有误{wrong}行")
    return "，".join(parts) + "。"


def entered(import_id: int, *, roles: int, units: Sequence[str], links: int, days: int) -> Message:
    """Confirm what has been entered; with links made, they go along as a workbook."""
    lines = [f"已录入{roles}条。" if roles else "这些人员均已在册，没有重复录入。"]
    if units:
        lines.append(f"新增单位{len(units)}个：{some(units)}。")
    if links:
        lines.append(
            f"附件是{links}人的邀请链接，每个链接只能用一次，{days}天内有效。请分别转给本人，不要发到群里；"
            "逾期没有加入的，把名册再导入一次即可重新生成。"
        )
    file = Attachment("table", f"roster-links/{import_id}", LINKS_FILE)
    return Message(
        "\n".join(lines),
        title="录入成功" if roles else TITLE,
        buttons=((Button("人员", "m:people"), BACK),),
        attachments=(file,) if links else (),
        place="next",
    )


def dropped(name: str) -> Message:
    """Confirm that nothing of a file is entered."""
    return Message(f"已放弃“{name}”，没有录入。", title=TITLE, buttons=((BACK,),), place="next")


# ── The template ─────────────────────────────────────────────────────────

HINT: Final = "每人每个角色填一行，黄底的列必填。灰色的示例行不会导入。详见“填写说明”。"
#: How a column is filled in, by its title.
HOW: Final = {
    "序号": "可不填。",
    "单位": "联系人、单位负责人必填，可从下拉框中选；没有的单位直接填名称，确认后新增。其他角色可不填。",
    "单位编号": "新增单位的问题台账编号用，如NJ；字母开头，只用字母和数字，最多10位。已有的单位不用填。",
    "姓名": "20字以内。同一单位同名的，视为同一人。",
    "角色": "从下拉框中选。一人有几个角色的，分几行填。",
    "电话": "手机号，或带区号的座机号。在几个单位任职的，各行填同一个电话，视为同一人。",
}
GUIDE_NOTES: Final = (
    "一个文件最多1000行；请存为“Excel工作簿（.xlsx）”，不要加密。",
    "表头可以增减不必填的列，先后不限，请不要改名。电话直接输入即可，不要用公式。",
    "发来后先逐行检查；点“确认录入”后才会录入。已在册的不会重复录入，名册里没有的人也不会因此停用。",
)


def template_title(campaign: str) -> str:
    """Return what stands above the template."""
    return f"{campaign}{SHEET}（模板）"
