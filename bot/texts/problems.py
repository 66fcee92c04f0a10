"""A sentence for every refusal. To add one, add a line: the key as raised, the facts in {braces}.

`{example}` stands where a sample answer helps; it is empty when the question has none. The facts `size` and
`limit` are bytes and read as megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.core.problems import Problem

UNKNOWN: Final = "这一步没有办成，请再试一次。"

SENTENCES: Final[dict[str, str]] = {
    # fields
    "text_empty": "还没有写内容，请输入文字。{example}",
    "text_short": "写了{written}字，至少要{least}字，请补充后再发。{example}",
    "text_long": "写了{written}字，最多{most}字，请精简后再发一次。",
    "choice_unknown": "没有这一项，请点下面的按钮，或回复序号。{example}",
    "many_unknown": "没有“{unknown}”这一项，请点下面的按钮，或回复序号，可用顿号隔开。{example}",
    "many_few": "至少选{least}项，请继续选择。",
    "date_unknown": "没有看懂这个日期，请点日历，或直接输入。{example}",
    "date_early": "日期早了，最早可填{earliest}，请重新选择。",
    "date_late": "日期晚了，最晚可填{latest}，请重新选择。",
    "date_blank": "这一格没有可选的日期，请点有数字的日期。",
    "count_unknown": "请填一个整数，没有就填0。{example}",
    "count_large": "数字太大，最多填{most}，请核对后再填。{example}",
    "phone_unknown": "没有看懂这个号码，请填手机号或带区号的座机号。{example}",
    "yesno_unknown": "请点“是”或“否”。",
    "file_expected": "这一题要上传文件，请发送照片或文件。",
    "file_kind": "“{name}”这类文件收不了，请发送{kinds}。",
    "file_disguised": "“{name}”的内容与类型不符，请重新发送原文件。",
    "file_large": "文件有{size}，最大{limit}，请压缩或拆分后再发。",
    "file_blank": "这个文件是空的，请检查后再发。",
    "file_many": "最多{most}个文件，已经满了。请点“完成”，或点“重新上传”。",
    "file_none": "还没有收到文件，请先发送。",
    # events that suit no question
    "file_unwanted": "这一题不用上传文件，请按问题回答。{example}",
    "phone_unwanted": "这一题不用发送号码，请按问题回答。{example}",
    "command_unwanted": "正在填写，这个命令现在用不上，请按问题回答。{example}",
    "button_unknown": "这个按钮现在用不上，请点下面的按钮。",
    "buttons_only": "请点下面的按钮。",
    "unreadable": "这类内容看不了，请按问题回答。{example}",
    "unreadable_sticker": "表情收到了，可惜记不进表里，请按问题回答。{example}",
    "unreadable_voice": "语音暂时听不了，请改用文字。{example}",
    "unreadable_video": "视频暂时收不了，请按问题回答。{example}",
    "unreadable_location": "位置暂时用不上，请按问题回答。{example}",
    "unreadable_contact": "这是别人的名片，请直接输入号码。{example}",
    "unreadable_lost": "这条内容没有收完整，请重新发送。",
    "unreadable_too_large": "文件太大，最大{limit}，请压缩或拆分后再发。",
    # a form's answers side by side
    "zero_untrue": "本周台账已有登记，不能报零报告，请逐项填报。",
    # use cases
    "forbidden": "这项操作不在您的权限内。如有需要，请联系执法大队联系人。",
    "gone": "这个按钮对应的内容已不在了，请从下面选择：",
    "dialog_over": "这份内容已经提交或取消了，请从下面选择：",
    "dialog_moved": "您刚才的操作已在处理，请看最新的一条消息。",
    "state_passed": "这份报送目前是“{state}”，这一步不用再办了。",
    "superseded": "填报人已提交了新的版本，请查看并办理最新的一份。",
    "accepted_already": "大队已接收这份报送，不能再改。确需更正，请联系执法大队联系人。",
    "filed_meanwhile": "{name}已于{at}提交了同一份报送，您这份没有提交。如需更正，请到“我的报送”中办理。",
    "nothing_due": "目前没有需要填报的内容。",
    "not_open_yet": "还没到填报时间，{opens}起可以填报。",
    "not_begun": "第一次报送的截止时间是{first}，目前还没有报送情况。",
    "nothing_to_accept": "目前没有待接收的报送。",
    "nobody_missing": "各单位均已报齐，不用催报。",
    "urged_just_now": "{at}刚催报过，请过10分钟再催。",
    "too_late_to_snooze": "离截止（{due}）已不到一小时，请现在就填报。",
    "resent_already": "这条消息已经重新发送过了。",
    "happened_after_found": "发生时间不能晚于发现时间，请核对。",
    "mended_before_found": "完成时间不能早于发现时间，请核对。",
    "issue_passed": "这件问题目前是“{state}”，这一步现在不能办。",
    "issue_moved": "这件问题刚有新的变化，请打开看最新情况后再办。",
    "issue_criminal": "涉嫌犯罪的问题不能销号，请移交司法机关。",
    "due_passed": "整改时限已经过了，请从菜单“继续填写”修改后再提交。",
    "no_papers": "这件问题还没有上传材料。",
    "import_passed": "这份台账{state}，这一步不用再办了。",
    "nothing_waiting": "目前没有待办理的申请。",
    # people (said to the operator at the command line)
    "role_unknown": "没有“{role}”这个角色，可用：{roles}。",
    "unit_needed": "角色 {role} 要写明单位，例如 --unit 单位代号。",
    "unit_unknown": "没有代号为“{unit}”的单位，可用：{units}。",
    "unit_not_wanted": "角色 {role} 不属于某个单位，请去掉 --unit。",
}


class _Facts(dict[str, Any]):
    """Facts for a template; one that was not given reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def megabytes(size: float) -> str:
    """Return a number of bytes as people read it."""
    mega = size / 1024 / 1024
    return f"{mega:.0f} MB" if mega >= 10 or mega == int(mega) else f"{max(mega, 0.1):.1f} MB"  # noqa: PLR2004


def sentence(problem: Problem, example: str = "") -> str:
    """Return what a person is told; never raises, not even for a key nobody wrote a sentence for."""
    facts = _Facts(problem.facts, example=example)
    for name in ("size", "limit"):
        if isinstance(facts.get(name), int | float):
            facts[name] = megabytes(facts[name])
    return SENTENCES.get(problem.key, UNKNOWN).format_map(facts)
