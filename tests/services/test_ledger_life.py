"""An issue's life, told as the conversations it is: entered, mended, signed for, verified, closed, or another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.messages import Tapped

if TYPE_CHECKING:
    from tests.kit.office import Chat, Office

UNIT = "nongji"


async def people(office: Office) -> tuple[Chat, Chat, Chat]:
    contact = await office.person("赵某", ("contact", UNIT))
    head = await office.person("钱某", ("head", UNIT))
    brigade = await office.person("孙某", ("brigade", ""))
    return contact, head, brigade


#: The problem itself, up to how it is handled.
PROBLEM = (
    "tap:行政执法监督制度",
    "tap:两法衔接",
    "tap:自查",
    "tap:慢作为",
    "7月1日",
    "6月30日",
    "tap:否",
    "tap:一般",
    "抽查卷宗3份，其中1份缺少现场检查笔录",
    "tap:跳过",
    "tap:跳过",
)
DATED = ("tap:限期整改", "补正卷宗材料", "张某", "13800000000", "7月15日前补正", "7月20日")


async def enter(contact: Chat) -> None:
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM, *DATED, "tap:提交")


async def ask_closing(contact: Chat) -> None:
    await contact.taps("申请销号")
    await contact.answers("tap:否", "卷宗已补正", "7月9日", "tap:跳过")
    await contact.sends("整改后.pdf")
    await contact.answers("tap:完成", "tap:提交")


async def opened(chat: Chat, number: str = "NJ-2020-001") -> None:
    await chat.says("/menu")
    await chat.says(number)


async def test_a_problem_is_entered_mended_signed_for_and_closed(office: Office) -> None:
    contact, head, brigade = await people(office)
    await enter(contact)
    assert contact.sees("NJ-2020-001")
    await contact.taps("查看这件")
    assert contact.sees("待整改")
    assert contact.sees("两法衔接")
    await contact.taps("报送进展")
    await contact.answers("已补正2份", "tap:跳过", "tap:跳过", "tap:提交")
    assert contact.sees("整改中")
    assert contact.sees("已补正2份")
    await ask_closing(contact)
    assert contact.sees("已转钱某签批")
    assert head.sees("请签批：申请销号")
    assert head.sees("卷宗已补正")
    await head.taps("同意")
    assert contact.sees("钱某已同意申请")
    assert brigade.sees("请核查：申请销号")
    await brigade.taps("同意销号")
    assert brigade.sees("已销号")
    assert contact.sees("大队已同意销号")
    assert head.sees("大队已同意销号")
    await opened(contact)
    await contact.taps("办理记录")
    for word in ("录入", "报送进展", "申请销号", "负责人同意申请", "同意销号", "待整改 → 整改中", "待核查 → 已销号"):
        assert contact.sees(word), word


async def test_mended_at_once_goes_straight_to_the_head(office: Office) -> None:
    contact, head, brigade = await people(office)
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM, "tap:立行立改", "当场补正", "7月2日", "tap:提交")
    assert contact.sees("立行立改的销号申请已转钱某签批")
    await head.taps("同意")
    await brigade.taps("同意销号")
    assert brigade.sees("已销号")


async def test_the_next_problem_keeps_what_is_common(office: Office) -> None:
    contact, _, _ = await people(office)
    await enter(contact)
    await contact.taps("再录一件")
    await contact.answers("行政执法监督", "tap:执法主体目录清单", "tap:不作为")
    await contact.taps("沿用")  # the day it happened
    await contact.answers("公示栏没有更新执法人员名单", "tap:跳过", "tap:跳过", "更新公示栏", "7月12日前更新")
    await contact.taps("沿用")  # the deadline
    assert contact.sees("核对")
    assert contact.sees("自查")
    assert contact.sees("张某")
    await contact.taps("提交")
    assert contact.sees("NJ-2020-002")


async def test_the_brigade_sends_back_with_a_reason_and_a_new_deadline(office: Office) -> None:
    contact, head, brigade = await people(office)
    await enter(contact)
    await contact.taps("查看这件")
    await ask_closing(contact)
    await head.taps("同意")
    await brigade.taps("退回整改")
    await brigade.answers("缺少培训签到表", "7月31日")
    assert contact.sees("大队已退回整改，请于7月31日前整改到位")
    assert contact.sees("缺少培训签到表")
    await contact.taps("查看问题")
    assert contact.sees("退回整改")
    assert contact.sees("原定7月20日")


async def test_more_time_is_asked_for_signed_and_granted_and_the_old_date_stays(office: Office) -> None:
    contact, head, brigade = await people(office)
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("申请延期")
    await contact.answers("7月19日")
    assert contact.sees("日期早了")
    await contact.answers("8月5日", "培训师资未到位", "tap:提交")
    assert head.sees("请签批：申请延期")
    await head.taps("同意")
    assert brigade.sees("延至8月5日")
    await brigade.taps("同意延期")
    assert contact.sees("新的时限是8月5日")
    await opened(contact)
    assert contact.sees("整改时限：8月5日（原定7月20日）")


async def test_what_may_be_a_crime_is_handed_over_and_not_closed(office: Office) -> None:
    contact, head, brigade = await people(office)
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("申请销号")
    await contact.answers("tap:是", "tap:公安机关", "涉嫌伪造证件", "tap:提交")
    assert contact.sees("已转钱某签批")
    assert head.sees("请签批：申请移交")
    await head.taps("同意")
    assert brigade.sees("拟移交公安机关")
    await brigade.taps("移交")
    await brigade.taps("沿用：公安机关")
    await brigade.answers("7月9日", "tap:跳过")
    await brigade.taps("沿用")
    await brigade.taps("确认移交")
    assert brigade.sees("移交")
    assert contact.sees("已移交公安机关")
    await brigade.taps("登记移交回复")
    await brigade.answers("已立案", "7月9日")
    assert brigade.sees("已立案")
    await opened(contact)
    assert not contact.find("申请销号") or "申请销号" not in contact.labels()


async def test_two_of_the_brigade_verify_the_same_entry_and_one_is_told(office: Office) -> None:
    contact, head, brigade = await people(office)
    second = await office.person("李某", ("brigade", ""))
    await enter(contact)
    await contact.taps("查看这件")
    await ask_closing(contact)
    await head.taps("同意")
    late = second.find("退回整改")
    assert late is not None
    await brigade.taps("同意销号")
    await second.does(Tapped(late.action))
    assert second.sees("刚有新的变化")
    assert second.sees("已销号")


async def test_a_page_is_verified_together(office: Office) -> None:
    contact, head, brigade = await people(office)
    for _ in range(3):
        await contact.taps("录入问题")
        await contact.answers(*PROBLEM, "tap:立行立改", "当场补正", "7月2日", "tap:提交")
    await head.taps("待我签批")
    await head.taps("本页3件全部同意")
    await head.taps("同意")
    assert head.sees("已签批3件")
    await brigade.taps("待我核查")
    await brigade.taps("本页3件全部同意销号")
    assert brigade.sees("NJ-2020-002")
    await brigade.taps("整改到位，同意销号")
    assert brigade.sees("已销号3件")
    await brigade.taps("对账表")
    assert brigade.sees("发现3件")
    assert brigade.sees("账目相符")


async def test_a_correction_keeps_what_stood_there(office: Office) -> None:
    contact, _, _ = await people(office)
    await enter(contact)
    await contact.taps("查看这件")
    await contact.taps("更正")
    await contact.taps("修改")
    await contact.taps("8. 具体问题表述")
    await contact.says("抽查卷宗5份，其中2份缺少现场检查笔录")
    await contact.taps("提交更正")
    assert contact.sees("卷宗5份")
    await contact.taps("办理记录")
    assert contact.sees("原具体问题表述：抽查卷宗3份")


async def test_lists_search_and_filters(office: Office) -> None:
    contact, _, brigade = await people(office)
    other = await office.person("吴某", ("contact", "xumu"))
    await enter(contact)
    await other.taps("录入问题")
    await other.answers(*PROBLEM[:8], "检疫证明填写不规范", *PROBLEM[9:], *DATED, "tap:提交")
    await brigade.taps("问题台账")
    assert brigade.sees("全局共2件")
    await brigade.taps("待整改")
    assert brigade.sees("XM-2020-001")
    await brigade.taps("按单位")
    await brigade.taps("畜牧兽医服务中心")
    assert brigade.sees("共1件")
    await brigade.taps("查找")
    await brigade.says("检疫 规范")
    assert brigade.sees("XM-2020-001")
    assert not brigade.sees("NJ-2020-001")
    await contact.says("/ledger")
    assert contact.sees("共1件")
    await contact.taps("全部")
    await contact.taps("NJ-2020-001")
    assert contact.sees("农机服务中心")
    await opened(contact, "XM-2020-001")
    assert not contact.sees("检疫")


async def test_a_deadline_that_has_passed_meanwhile_is_asked_for_again(office: Office) -> None:
    contact, _, _ = await people(office)
    await contact.taps("录入问题")
    await contact.answers(*PROBLEM, *DATED)
    office.it_is("2020-07-21 09:00")
    await contact.taps("提交")
    assert contact.sees("整改时限已经过了")
    await contact.taps("返回菜单")
    await contact.taps("继续填写")
    assert contact.sees("抽查卷宗3份")
    await contact.answers("tap:修改", "tap:整改时限", "7月31日", "tap:提交")
    assert contact.sees("编号 NJ-2020-001")
