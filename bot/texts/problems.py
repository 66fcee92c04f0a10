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
    "superseded": "填报人已提交了新的版本，原版本的签批、盖章不再有效，请查看并办理最新的一份。",
    "accepted_already": "大队已接收这份报送，不能再改。确需更正，请联系执法大队联系人。",
    "filed_meanwhile": "{name}已于{at}提交了同一份报送，您这份没有提交。如需更正，请到“我的报送”中办理。",
    "unchanged": "内容没有改动，没有重新提交，原签批、盖章继续有效。需要更正的，请点“更正”修改后再提交。",
    "no_sheet": "这份报送不用打印盖章，签批后即为已报送。",
    "sheet_not_now": "这份报送目前是“{state}”，还没有可用的打印件；负责人签批后即可取用。",
    "nothing_due": "目前没有需要填报的内容。",
    "not_open_yet": "还没到填报时间，{opens}起可以填报。",
    "not_begun": "第一次报送的截止时间是{first}，目前还没有报送情况，请到时再看。",
    "nothing_to_accept": "目前没有待接收的报送。各单位进度可在“报送总览”查看。",
    "nobody_missing": "各单位均已报齐，不用催报。其他事项可在“报送总览”查看。",
    "unit_not_missing": "该单位已经报送或免报，不用催报。最新情况可在“报送总览”查看。",
    "excuse_reported": "该单位已经报送，不用免报。最新情况可在“报送总览”查看。",
    "excused_already": "该单位已经免报，不用再办。需要取消的，请到“免报名单”办理。",
    "excuse_under_way": "该单位已经填报，正在签批或盖章。需要免报的，请该单位先撤回。",
    "excuse_over": "这项免报已经取消，不用再办。目前的免报可在“免报名单”查看。",
    "excuse_backwards": "结束日期不能早于开始日期，请核对。",
    "urged_just_now": "{at}刚催报过，请过10分钟再催。",
    "too_late_to_snooze": "离截止（{due}）已不到一小时，请现在就办理。",
    "nothing_to_snooze": "这份报送目前不用您办理，不会再提醒。可从“我的报送”查看进度。",
    "resent_already": "这条消息已经送达或重新发送过了，最新结果请到“送达情况”查看。",
    "happened_after_found": "发生时间不能晚于发现时间，请核对。",
    "mended_before_found": "完成时间不能早于发现时间，请核对。",
    "issue_passed": "这件问题目前是“{state}”，这一步现在不能办，请打开这件问题，看现在可办的事项。",
    "issue_moved": "这件问题刚有新的变化，请打开看最新情况后再办。",
    "issue_criminal": "涉嫌犯罪的问题不能销号，请移交司法机关。",
    "due_passed": "整改时限已经过了，请从菜单“继续填写”修改后再提交。",
    "no_papers": "这件问题还没有上传材料，报送进展、申请销号时可以上传。",
    "import_passed": "这份台账{state}，这一步不用再办了。需要再导入的，请重新上传。",
    "nothing_waiting": "目前没有待办理的申请。",
    # what an administrator changes
    "unit_name_taken": "已有名为“{name}”的单位，请换一个名称。停报的单位可在“单位”中恢复报送。",
    "unit_code_taken": "代号“{code}”已有单位在用，编号不能重复，请换一个。",
    "unit_code_unknown": "代号请以字母开头，只用字母和数字，最多10位。{example}",
    "unit_last": "{name}是唯一还在报送的单位，不能停报。请先新增或恢复其他单位。",
    "unit_left_already": "{name}已经停报了，不用再办。需要时可在“单位”中恢复报送。",
    "unit_reports_already": "{name}正在报送，不用恢复，各单位的情况可在“单位”中查看。",
    "unit_left": "{name}已停报，不用再报送。如需恢复，请联系管理员。",
    "change_unfit": "这样改与其他设置冲突，没有改成。请回到“系统管理”看看目前的情况。",
    "day_past": "这一天不在可调整的范围内，请选今天以后、方案结束后半年以内的日期。",
    "day_same": "{day}本来就是{works}，不用调整，请另选一天。",
    "day_too_late": "这样改会把{what}的截止时间变成{due}，涉及已过去的时间，不能改。个别单位确有困难的，请办理免报。",
    "roster_passed": "这份名册{state}，这一步不用再办了。需要再导入的，请重新上传。",
    # people
    "last_admin": "这是最后一位管理员，不能免去。请先为另一位同志增加管理员角色，再来办理。",
    "role_gone": "{role}已不在此人名下，请打开人员页面看最新情况。",
    "role_held": "{name}已经是{role}，不用再增加。需要增加其他角色的，请重新选择。",
    "person_left": "这位同志目前没有角色，请另选一位，或先为其增加角色。",
    "nobody_called_so": "名册里没有“{name}”，请核对姓名；还没有加入的，请返回选“还没有加入的人员”。",
    "several_called_so": "名册里有几位“{name}”，这里分不清。请在“人员”中打开这位同志，直接增加角色。",
    "nothing_to_hand_over": "{name}目前没有可以换人的岗位。联系人、负责人可以换人，其他角色请用“增加角色”“免去角色”。",
    "no_head": "{unit}还没有负责人，请先邀请负责人，再指定代签人。",
    "deputy_of_deputy": "代签期间不能再指定代签人，请由负责人本人或管理员办理。",
    "deputy_over": "这次代签已经结束，不用再办了。需要时可在“代签”中重新指定。",
    "deputy_day_passed": "代签截止日期已经过了，请从菜单“继续填写”改为今天或以后的日期。",
    "signs_already": "{name}本来就是这个单位的负责人，不用代签，请另选一位。",
    "no_door": "还不能生成邀请链接：请先在服务器上设置机器人令牌，或开通网页（DUBAN_WEB、DUBAN_PUBLIC_URL）。",
    "invitation_over": "这份邀请已经用过、作废或过期了，请返回看最新情况。",
    "link_for_another": "这是发给{name}的邀请链接，您不用打开，请转发给本人。",
    "handed_over": "这份内容已移交给{name}继续办理，请从下面选择：",
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
