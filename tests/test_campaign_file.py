"""What somebody who writes a campaign file is told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import campaigns
from bot.core import campaign_rules, deadlines, reminders
from bot.texts import campaign as texts

SAMPLE = Path(__file__).parent.parent / "campaigns" / "sample-2020.toml"
TEXT = SAMPLE.read_text(encoding="utf-8")
#: A table that is sent unasked, and somebody outside the chats to whom one can be.
CONTACTS = 'table = "contacts"\nduty = "contacts"\nto = ["brigade"]\n'
OFFICE = '\n[[recipients]]\nkey = "office"\nname = "整治办邮箱"\nchannel = "mail"\naddress = "office@example.cn"\n'
BEFORE = datetime(2020, 6, 1, tzinfo=UTC)


def mistakes(text: str) -> list[str]:
    with pytest.raises(campaigns.CampaignMistakes) as caught:
        campaigns.read(text)
    return caught.value.mistakes


def line_of(text: str, mark: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if mark in line)


def test_the_sample_is_the_plan_of_2020() -> None:
    campaign = campaigns.load(SAMPLE)
    assert (campaign.start, campaign.end, campaign.zone.key) == (
        date(2020, 6, 20),
        date(2020, 12, 31),
        "Asia/Shanghai",
    )
    assert len(campaign.units) >= 12
    assert [len(area.items) for area in campaign.areas] == [6, 2, 5, 2, 4]
    assert [stage.name for stage in campaign.stages] == ["安排部署", "自查整改", "巩固提高"]
    due = {duty.key: [each.due for each in deadlines.occurrences(campaign, duty.key)] for duty in campaign.duties}
    assert {key: f"{rows[0]:%m-%d %H:%M}" for key, rows in due.items() if rows} == {
        "weekly": "06-24 12:00",
        "contacts": "06-30 17:30",
        "standards": "08-31 17:30",
        "inspection": "09-09 17:30",
        "statistics": "09-09 17:30",
        "closing": "10-09 17:30",
        "stage-deploy": "06-22 17:30",
        "stage-mend": "07-01 17:30",
        "stage-settle": "10-09 17:30",
    }
    assert due["case"] == []
    ladder = [(step.day, f"{step.at:%H:%M}", step.kind, step.to) for step in campaign.duty("weekly").ladder]
    assert ladder == [
        (-1, "16:00", "notice", ("contact",)),
        (0, "08:30", "prompt", ("contact",)),
        (0, "11:00", "nudge", ("contact", "head")),
        (0, "12:00", "missing", ("brigade",)),
        (0, "12:00", "overdue", ("contact", "head")),
    ]
    push, *others = campaign.pushes
    assert [(each.table, each.duty, each.to) for each in others] == [
        (name, name, ("brigade",)) for name in ("contacts", "standards", "statistics")
    ]
    assert (push.table, push.duty, push.to, push.after_due_minutes, push.again_minutes) == (
        "weekly", "weekly", ("brigade",), 0, 30
    )  # fmt: skip
    for stage, (day,) in zip(campaign.stages, (due[f"stage-{each.key}"] for each in campaign.stages), strict=True):
        first = next(campaign.workdays.since(stage.start, stage.end))
        assert day.date() == first
        assert campaign.duty(f"stage-{stage.key}").stage == stage.key
    assert (len(campaign.own_lists.powers), len(campaign.own_lists.cases)) == (6, 8)
    keys = [(each.key, role) for each in reminders.timeline(campaign) for role in each.to]
    assert len(keys) == len(set(keys))


def test_the_check_says_what_the_file_means() -> None:
    said = campaigns.describe(campaigns.load(SAMPLE), BEFORE)
    for words in (
        "时间：2020年6月20日（周六）至2020年12月31日（周四），按 Asia/Shanghai 时间",
        "整治内容：5个方面19项",
        "免打扰：21:00至次日07:30",
        "每周工作信息：每周五12:00前，遇节假日提前到之前最后一个工作日；需负责人签批",
        "前1个工作日 16:00 预告 → 联系人",
        "后1个工作日起每个工作日 09:00 逾期提醒 → 联系人、单位负责人",
        "2020年6月24日（周三）12:00 每周工作信息 第26周（6月22日—6月26日）（6月26日 周五放假，提前）",
        "报送事项：7件",
        "需负责人签批；6类：行政处罚、行政许可、行政强制、行政征收、行政给付、行政确认",
        "典型案例：发生时随时报送，没有截止时间，不催报；需负责人签批；8类：不予处罚、",
        "阶段通知：3次，各单位联系人或负责人点“收到”，不用签批",
        "自查整改阶段通知：“自查整改”阶段的时间和任务，2020年7月1日（周三）17:30前回复",
        "问题台账：录入2016年1月1日以来发生的问题，编号如 NJ-2020-001",
        "来源9种，情形9种，严重程度：一般、较重、严重",
        "移交：违纪违规的到区纪委监委，涉嫌犯罪的到公安机关、检察机关",
        "亮灯：时限前3个工作日起亮黄灯，过了时限亮红灯，其余为蓝灯",
        "表格：全部列",
        "    后1个工作日起每个工作日 09:00 → 联系人\n    后3个工作日 09:00 → 单位负责人、大队联系人\n",
    ):
        assert words in said
    assert "请留意" not in said
    _, _, coming = said.partition("接下来的截止时间（还有35个，列出20个）：\n")
    assert len(coming.splitlines()) == 20


def test_what_the_sample_only_shows_is_right_once_it_is_written_in() -> None:
    shown = re.sub(r"(?m)^# (?=\[|\w+ = )", "", TEXT)
    said = campaigns.describe(campaigns.read(shown), BEFORE)
    _, _, pushed = said.partition("\n\n自动推送：")
    again = "发给大队联系人；之后有单位补报的，最多每30分钟更新一次"
    assert pushed.partition("\n\n")[0].splitlines() == [
        "5张表",
        f"  每周工作信息汇总表：“每周工作信息”截止时，{again.replace('；', '、整治办邮箱、整治工作群；', 1)}",
        f"  专项整治联系人汇总表：“专项整治联系人（附件1）”截止时，{again}",
        f"  行政裁量基准进度表：“行政裁量基准”截止时，{again}",
        f"  专项整治情况统计表：“专项整治情况统计表（附件2）”截止时，{again}",
        "  整治情况通报：“每周工作信息”截止后5小时，发给整治办邮箱、整治工作群；只发一次",
        "收件人：2个",
        "  整治办邮箱：发邮件到 office@example.cn",
        "  整治工作群：企业微信群机器人，密钥写在设置 DUBAN_WECOM 里，代号 group",
        "每周情况：自己订阅了的，每周报送截止当天17:00收到",
    ]
    assert "请留意" not in said


def test_the_twenty_due_moments_begin_now_and_once_all_is_over_at_the_beginning() -> None:
    campaign = campaigns.load(SAMPLE)
    later = campaigns.describe(campaign, datetime(2020, 12, 18, 4, 0, 1, tzinfo=UTC))
    assert later.splitlines()[-1].strip() == "2020年12月25日（周五）12:00 每周工作信息 第52周（12月21日—12月25日）"
    over = campaigns.describe(campaign, datetime(2024, 1, 1, tzinfo=UTC))
    assert "截止时间都已过去（共35个，列出前20个）：\n  2020年6月22日（周一）" in over


def test_the_check_warns_of_what_is_allowed_but_odd() -> None:
    text = (
        TEXT.replace("2020-", "2099-")
        .replace('at = "16:00"', 'at = "22:00"')
        .replace("on = 2099-08-31", "on = 2099-08-30")
    )
    said = campaigns.describe(campaigns.read(text), BEFORE)
    assert "2099年的节假日安排尚未公布，暂按周一至周五计算" in said
    assert "“每周工作信息”前1个工作日 22:00 的预告在免打扰时间内，将顺延到07:30。" in said
    assert "“行政裁量基准”的截止日2099年8月30日（周日）不是工作日" in said
    known = campaigns.describe(campaigns.read(text.replace("off = []", "off = [2099-10-01]")), BEFORE)
    assert "并按 [workdays] 里所列的1天调整" in known


def test_the_check_says_which_columns_and_warns_of_silent_and_moved_reminders_of_the_ledger() -> None:
    chosen = TEXT.replace("yellow = 3", 'yellow = 0\ncolumns = ["序号", "单位", "具体问题表述"]', 1)
    night = chosen.replace('day = -3\nat = "09:00"\nto', 'day = -3\nat = "22:30"\nto', 1)
    said = campaigns.describe(campaigns.read(night), BEFORE)
    assert "  亮灯：时限当天亮黄灯，过了时限亮红灯，其余为蓝灯\n  表格：3列：序号、单位、具体问题表述\n" in said
    assert "问题台账前3个工作日 22:30 的提醒在免打扰时间内，将顺延到07:30。" in said
    silent = re.sub(r"\[\[ledger.ladder\]\].*?(?=# ── 报送事项)", "", TEXT, flags=re.DOTALL)
    assert "问题台账没有写提醒" in campaigns.describe(campaigns.read(silent), BEFORE)


def test_a_week_wholly_off_is_pointed_out() -> None:
    text = re.sub(r"off = \[\]", "off = [2020-07-13, 2020-07-14, 2020-07-15, 2020-07-16, 2020-07-17]", TEXT)
    said = campaigns.describe(campaigns.read(text), BEFORE)
    assert "“每周工作信息”第29周遇长假，截止时间提前到2020年7月10日（周五），不在当周。" in said


#: What is changed in the sample (the first place that reads so), where it is found, and what is said of it.
WRONG = [
    ('zone = "Asia/Shanghai"', 'zone = "Asia/Peking"', '没有时区 "Asia/Peking"。改成 "Asia/Shanghai"'),
    ('zone = "Asia/Shanghai"', 'zone = "Asia"', '没有时区 "Asia"。'),
    (
        "end = 2020-12-31",
        "end = 2020-01-31",
        "结束日期 2020-01-31 早于开始日期 2020-06-20。改成 2020-06-20 或以后",
    ),
    ("end = 2020-12-31", "end = 2202-12-31", "超过十年"),
    ("end = 2020-12-31", 'end = "2020-12-31"', "日期不加引号。改成 2020-12-31。"),
    ("end = 2020-12-31", "end = 20201231", "20201231 不是日期。改成 2020-08-31 这样"),
    (
        "end = 2020-06-30",
        "end = 2020-07-02",
        "“自查整改”与“安排部署”时间重叠。开始日期改成 2020-07-03 或以后",
    ),
    ("end = 2020-11-30", "end = 2021-11-30", "2021-11-30 不在整治期间内。改成 2020-06-20 至 2020-12-31"),
    ('key = "xumu"', 'key = "nongji"', '代号 "nongji" 用了两次'),
    ('key = "xumu"', 'key = "畜牧"', '"畜牧" 不能作代号。改成小写英文字母开头'),
    ('name = "畜牧兽医服务中心"', 'name = "农机服务中心"', '名称 "农机服务中心" 用了两次'),
    ('name = "畜牧兽医服务中心"', 'name = "  "', "不能为空"),
    ('name = "畜牧兽医服务中心"', "name = 12", "12 不是文字"),
    ('name = "畜牧兽医服务中心"', 'nmae = "畜牧兽医服务中心"', "没有“nmae”这一项。改成 name。"),
    ('items = ["执法主体目录清单", ', 'items = ["执法监督制度落实", ', "写了两次"),
    ('items = ["执法主体目录清单", "执法监督制度落实"]', 'items = "无"', '"无" 应当是一组值'),
    ('every = "friday"', 'every = "firday"', '"firday" 不能用在这里。改成 "friday"。'),
    ('every = "friday"', "", '没有写 "每周工作信息" 什么时候报'),
    ('every = "friday"', 'every = "friday"\non = 2020-07-01', "every、on 只能写一个"),
    ('by = "12:00"', 'by = "25:00"', '"25:00" 不是一天里的时刻。改成 "16:00" 这样'),
    ('by = "12:00"', "", '没有写 "每周工作信息" 的截止时刻。补上 by'),
    ('holiday = "before"', 'holiday = "earlier"', '改成其中之一："before"、"after"、"none"'),
    ('needs = ["sign_off"]', 'needs = ["signoff"]', '改成 "sign_off"'),
    ("day = -1", 'day = "-1"', '"-1" 不是整数'),
    (
        'day = -3\nat = "09:00"\nkind',
        'day = -8\nat = "09:00"\nkind',
        "提醒没有按先后写：前一级是前7个工作日09:00",
    ),
    ('at = "16:00"', "at = 16", "16 不是一天里的时刻"),
    ('kind = "notice"', 'kind = "notise"', '改成 "notice"'),
    ('to = ["brigade"]', 'to = ["head"]', "未报名单不能发给“单位负责人”（head）"),
    ('kind = "notice"', 'kind = "overdue"', "“逾期提醒”要在截止后发出。改成当天 12:00 或以后"),
    ('at = "11:00"', 'at = "12:00"', "“催办”要在截止前发出。改成 12:00 之前"),
    ('to = ["contact", "head"]', 'to = ["contacts"]', '改成 "contact"'),
    ('to = ["contact", "head"]', "to = []", "不能为空"),
    ('kind = "notice"', 'kind = "notice"\nuntil = "15:00"', "期限不晚于发出时刻 16:00"),
    ('kind = "notice"', 'kind = "notice"\nuntil = 0', "0 不能作期限。改成分钟数"),
    ('kind = "notice"', 'kind = "notice"\nevery_day_after = true', "every_day_after 只用于截止后"),
    ('kind = "notice"', 'kind = "notice"\nevery_day_after = "yes"', '"yes" 不是“是”或“否”'),
    ('at = "11:00"\nkind = "nudge"', 'at = "08:30"\nkind = "prompt"', "同一时间的“提醒”写了两次"),
    ("on = 2020-06-30", "on = 2021-06-30", "2021-06-30 不在整治期间内"),
    ("at_once = true", 'at_once = true\nby = "12:00"', "用不上 by。删去 by。"),
    ('duty = "weekly"', 'duty = "weakly"', '没有代号为 "weakly" 的报送事项。改成 "weekly"。'),
    ('to = ["brigade"]\nafter', 'to = ["head"]\nafter', "自动推送不能发给“单位负责人”"),
    ("again_minutes = 30", "again_minutes = -1", "-1 太小。改成不小于 0 的整数"),
    ('to = "07:30"', 'to = "21:00"', "免打扰的起止时刻相同"),
    ("on = []", "on = [2020-07-10]\n", "2020-07-10 既写在 off 又写在 on 里"),
    ('title = "行政执法不作为乱作为专项整治"', "", "缺少“title”。请补上这一项"),
    ('form = "inspection"', 'form = "inspecton"', '没有名为 "inspecton" 的填报表。改成 "inspection"。'),
    ('form = "inspection"', 'form = "issue"', '没有名为 "issue" 的填报表。改成其中之一："weekly"、'),
    (
        "on = 2020-08-31\nby",
        'every = "friday"\nby',
        '每周报送的事项，key 固定写 "weekly"，这里写的是 "standards"。改成 "weekly"。',
    ),
    # the stages' notices
    ('stage = "mend"', 'stage = "mending"', '没有代号为 "mending" 的阶段。改成 "mend"。'),
    ('stage = "mend"', "", '没有写是哪个阶段的通知。补上 stage = …，写其中之一："deploy"、"mend"、"settle"'),
    ('form = "stage"', 'form = "case"', '"case" 用不上 stage，阶段通知的 form 固定写 "stage"。改成 "stage"'),
    ('stage = "mend"', 'stage = "mend"\nneeds = ["sign_off"]', "用不上 needs。删去 needs。"),
    (
        "on = 2020-07-01",
        "on = 2020-06-29",
        "2020-06-29 不在“自查整改”阶段内。改成 2020-07-01 至 2020-09-30 之间的日期",
    ),
    # what forms are made of
    ('powers = ["行政处罚", ', 'powers = ["行政许可", ', '"行政许可" 写了两次'),
    (
        'powers = ["行政处罚", "行政许可", "行政强制", "行政征收", "行政给付", "行政确认"]',
        "powers = []",
        "裁量基准按职权种类填报。请在 [lists] 中写明 powers",
    ),
    (
        'powers = ["行政处罚", ',
        'powers = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "甲", "乙", "丙", "行政处罚", ',
        "共19项，最多18项",
    ),
    ('    "不予处罚",', '    "案情复杂",', '"案情复杂" 写了两次'),
    (
        '[[areas]]\nkey = "staff"',
        "".join(f'[[areas]]\nkey = "a{number}"\nname = "第{number}方面"\nitems = ["其他"]\n' for number in range(16))
        + '[[areas]]\nkey = "staff"',
        "共21项，最多20项",
    ),
    # the tables that are sent unasked
    ('table = "weekly"', 'table = "weakly"', '没有能自动推送的表 "weakly"。改成 "weekly"。'),
    ('duty = "weekly"', 'duty = "standards"', '"standards" 不是每周报送的事项'),
    ('duty = "weekly"', 'duty = "case"', '"case" 不是每周报送的事项'),
    (CONTACTS, CONTACTS.replace("contacts", "discipline", 1).replace('"contacts"', '"case"'), '"case" 没有截止时间'),
    (CONTACTS, CONTACTS.replace('duty = "contacts"', 'duty = "inspection"'), '汇总的是 form = "contact_sheet" 的事项'),
    (CONTACTS, CONTACTS.replace("contacts", "weekly"), "同一事项的同一张表写了两次推送"),
    (CONTACTS, CONTACTS.replace('to = ["brigade"]', ""), '没有写发给谁。补上 to = ["brigade"] 这样的角色'),
    (
        CONTACTS,
        CONTACTS.replace("contacts", "bulletin", 1).replace("contacts", "weekly") + "again_minutes = 9\n",
        "只推送一次",
    ),
    # who they are sent to
    (CONTACTS, CONTACTS + 'also = ["office"]\n', '没有代号为 "office" 的收件人。请补上 [[recipients]]'),
    (CONTACTS, CONTACTS + 'also = ["ofice"]\n' + OFFICE, '没有代号为 "ofice" 的收件人。改成 "office"。'),
    (CONTACTS, CONTACTS + 'also = ["office", "office"]\n' + OFFICE, '"office" 写了两次'),
    (CONTACTS, CONTACTS + OFFICE.replace('address = "office@example.cn"', ""), '没有写 "整治办邮箱" 的邮箱地址'),
    (CONTACTS, CONTACTS + OFFICE.replace("@", "，"), '"office，example.cn" 不是邮箱地址'),
    (CONTACTS, CONTACTS + OFFICE.replace("mail", "wecom"), "企业微信群不写 address：机器人的密钥要保密"),
    (
        CONTACTS,
        CONTACTS + OFFICE + OFFICE.replace("office", "other", 1).replace("整治办", ""),
        '"office@example.cn" 写了两次',
    ),
    (CONTACTS, CONTACTS + OFFICE.replace("mail", "fax"), '"fax" 不能用在这里。改成其中之一："mail"、"wecom"'),
    # the ledger
    ('code = "XM"', 'code = "NJ"', '问题编号的开头 "NJ" 已经用了'),
    ('code = "XM"', 'code = "xm"', '"xm" 不能作编号的开头。改成大写英文字母开头'),
    ('code = "XM"', 'cod = "XM"', "没有“cod”这一项。改成 code。"),
    ("earliest = 2016-01-01", "earliest = 2020-12-31", "2020-12-31 不早于整治结束日期 2020-12-31"),
    ("earliest = 2016-01-01", "earliest = 2016", "2016 不是日期"),
    ("earliest = 2016-01-01", "earlist = 2016-01-01", "没有“earlist”这一项。改成 earliest。"),
    ("earliest = 2016-01-01", "", "缺少“earliest”"),
    ('severities = ["一般", "较重", "严重"]', 'severities = ["一般", "一般"]', '"一般" 写了两次'),
    ('severities = ["一般", "较重", "严重"]', "severities = []", "不能为空。请至少写一项"),
    ('severities = ["一般", "较重", "严重"]', 'severities = "一般"', '"一般" 应当是一组值'),
    ('judicial = ["公安机关", ', 'judicial = ["区纪委监委", ', '"区纪委监委" 写了两次'),
    ("yellow = 3", "yellow = -1", "-1 太小。改成不小于 0 的整数"),
    ("yellow = 3", 'columns = ["单位", "编号", "单位"]', '"单位" 写了两次'),
    ("yellow = 3", 'columns = ["单位", "整改时间"]', '台账没有名为 "整改时间" 的列。改成 "整改时限"。'),
    ("yellow = 3", 'columns = ["单位", "天气"]', '没有名为 "天气" 的列。改成其中之一："序号"、"编号"'),
    ('day = 3\nat = "09:00"\nto', 'day = -2\nat = "09:00"\nto', "提醒没有按先后写：前一级是后1个工作日09:00"),
    ('day = 0\nat = "09:00"\nto', 'day = -1\nat = "09:00"\nto', "同一时间的台账提醒写了两次"),
    ('day = 0\nat = "09:00"\nto', 'day = 0\nat = "9点"\nto', '"9点" 不是一天里的时刻'),
    (
        'day = 0\nat = "09:00"\nto',
        'day = 0\nkind = "prompt"\nat = "09:00"\nto',
        "没有“kind”这一项。删去，或改成其中之一：day",
    ),
    ("day = 1\nevery_day_after = true", "day = 0\nevery_day_after = true", "every_day_after 只用于整改时限之后"),
    ('to = ["head", "brigade"]', 'to = ["head", "admin"]', "台账提醒不能发给“管理员”（admin）"),
    ('to = ["head", "brigade"]', 'to = ["head", "brigad"]', '改成 "brigade"'),
    ('items = ["执法人员和证件管理", "执法能力培训"]', "items = []", '"执法队伍建设" 没有项目，台账里选不到'),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_a_mistake_is_told_with_its_line_and_a_cure(old: str, new: str, words: str) -> None:
    assert f"\n{old}" in TEXT
    text = TEXT.replace(f"\n{old}", f"\n{new}", 1)
    if "既写在" in words:
        text = text.replace("off = []", "off = [2020-07-10]")
    (only,) = mistakes(text)
    assert words in only
    assert re.match(r"第\d+行（", only)
    assert re.search(r"改成|补上|删去|请", only)


def test_only_what_is_reported_every_week_goes_by_the_key_of_it() -> None:
    text = TEXT.replace('\nevery = "friday"', "\non = 2020-07-10", 1)
    assert 'key 为 "weekly" 的事项是每周报送的，用不上 on。改成 every，或换一个 key。' in "\n".join(mistakes(text))


def test_the_line_is_that_of_the_key() -> None:
    text = TEXT.replace('by = "12:00"', 'by = "noon"', 1)
    (only,) = mistakes(text)
    assert only.startswith(f"第{line_of(text, 'noon')}行（duties·第1个·by）")
    text = TEXT.replace('at = "11:00"', 'at = "eleven"', 1)
    (only,) = mistakes(text)
    assert only.startswith(f"第{line_of(text, 'eleven')}行（duties·第1个·ladder·第3个·at）")


def test_what_is_missing_is_placed_at_its_table() -> None:
    (only,) = mistakes(TEXT.replace('by = "12:00"\n', "", 1))
    table = line_of(TEXT, 'key = "weekly"') - 1
    assert only.startswith(f"第{table}行（duties·第1个）")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = TEXT
    for old, new in (
        ("end = 2020-06-30", "end = 2020-07-02"),  # contradicts the stage after it
        ('key = "xumu"', 'key = "nongji"'),
        ('kind = "notice"', 'kind = "notise"'),
        (
            'at = "11:00"',
            'at = "12:30"',
        ),  # in the same ladder, and known although a step before it is misshapen
        ("again_minutes = 30", "again_minuts = 30"),
    ):
        text = text.replace(old, new, 1)
    found = mistakes(text)
    assert [re.sub(r"^第\d+行（(.*?)）.*", r"\1", each, flags=re.DOTALL) for each in found] == [
        "stages·第2个·start",
        "units·第2个·key",
        "duties·第1个·ladder·第1个·kind",
        "duties·第1个·ladder·第3个·at",
        "duties·第1个·ladder·第4个",
        "pushes·第1个·again_minuts",
    ]
    lines = [int(re.findall(r"\d+", each)[0]) for each in found]
    assert lines == sorted(lines)


def test_a_units_key_in_capitals_is_what_its_numbers_begin_with() -> None:
    text = TEXT.replace('code = "XM"', 'code = "DONGWU"', 1).replace('code = "DJ"', "", 1)
    (only,) = mistakes(text)
    assert '问题编号的开头 "DONGWU" 已经用了' in only
    assert only.startswith(f"第{line_of(text, 'dongwu') - 1}行（units·第3个·code）")
    assert campaigns.read(text.replace("DONGWU", "XUMU")).units[1].series == "XUMU"


def test_a_ledger_needs_areas_to_choose_from() -> None:
    without = re.sub(r"\[\[areas\]\].*?(?=# ── 问题台账)", "", TEXT, flags=re.DOTALL)
    (only,) = mistakes(without)
    assert only.startswith(
        f"第{line_of(without, '[ledger]')}行（ledger）：台账的问题要从整治内容里选。请补上 [[areas]]"
    )
    (only,) = mistakes(re.sub(r"\[\[areas\]\]\nkey = .*?\n", "[[areas]]\nkey = 1\n", TEXT, count=1))
    assert "1 不是文字" in only


def test_a_notice_needs_its_stage_but_a_misshapen_one_is_there() -> None:
    without = re.sub(r"\[\[stages\]\].*?(?=# ── 单位)", "", TEXT, flags=re.DOTALL)
    found = mistakes(without)
    assert ["的阶段。请补上 [[stages]]。" in each for each in found] == [True, True, True]
    (only,) = mistakes(TEXT.replace("start = 2020-07-01", "start = 20200701", 1))
    assert "不是日期" in only


def test_a_campaign_without_a_ledger_needs_neither_areas_nor_codes() -> None:
    text = re.sub(r"\[ledger\].*?(?=# ── 报送事项)", "", TEXT, flags=re.DOTALL)
    text = re.sub(r"\[\[areas\]\].*?(?=# ── 问题台账)", "", text, flags=re.DOTALL)
    campaign = campaigns.read(text.replace('code = "XM"', 'code = "NJ"'))
    assert campaign.ledger is None
    assert "台账" not in campaigns.describe(campaign, BEFORE).replace("建立问题台账", "")
    (only,) = mistakes(text.replace(CONTACTS, CONTACTS.replace('table = "contacts"', 'table = "ledger"')))
    assert '没有写 [ledger]，"ledger" 发不出来' in only


def test_the_ladder_of_a_misshapen_ledger_is_examined_all_the_same() -> None:
    text = TEXT.replace("earliest = 2016-01-01", "earliest = 2016", 1).replace("day = 3\n", "day = -9\n", 1)
    assert ["不是日期" in each or "没有按先后" in each for each in mistakes(text)] == [True, True]


def test_a_duty_that_is_misshapen_is_not_said_to_be_unknown() -> None:
    (only,) = mistakes(TEXT.replace('by = "12:00"', "by = 12", 1))
    assert "不是一天里的时刻" in only


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('key = "xumu"', "key = “xumu”", "用了中文符号 “ ”。改成英文半角"),
        ('key = "xumu"', 'key ＝ "xumu"', "用了中文符号 ＝"),
        ('key = "xumu"', 'key = "xumu', "引号或方括号没有成对"),
        ('key = "xumu"', "key = xumu", "等号右边写得不对"),
        ('key = "xumu"', 'key "xumu"', "不是“名称 = 值”的写法"),
        ('key = "xumu"', 'key = "xumu"\nkey = "x"', "同一个名称写了两次"),
        ('needs = ["sign_off"]', 'needs = ["sign_off"', "引号或方括号没有成对"),
    ],
)
def test_broken_toml_is_told_with_its_line(old: str, new: str, words: str) -> None:
    text = TEXT.replace(old, new, 1)
    (only,) = mistakes(text)
    assert words in only
    number = int(re.findall(r"第(\d+)行", only)[0])
    assert abs(number - line_of(text, new.splitlines()[-1])) <= 1


def test_an_empty_file_names_what_every_campaign_needs() -> None:
    assert [re.findall(r"缺少“(\w+)”", each) for each in mistakes("")] == [
        ["campaign"],
        ["units"],
        ["duties"],
    ]
    assert mistakes("units = 3\n")[-1].startswith("第1行（units）：3 应当是一组值")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path, words in [(tmp_path / "none.toml", "找不到文件"), (tmp_path, "打不开")]:
        with pytest.raises(campaigns.CampaignMistakes, match=words):
            campaigns.load(path)
    other = tmp_path / "gbk.toml"
    other.write_bytes(TEXT.encode("gbk", errors="replace"))
    with pytest.raises(campaigns.CampaignMistakes, match="UTF-8"):
        campaigns.load(other)


def test_a_file_from_a_windows_notepad(tmp_path: Path) -> None:
    path = tmp_path / "notepad.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert campaigns.load(path) == campaigns.load(SAMPLE)
    path.write_bytes(TEXT.replace("\n", "\r\n").replace('by = "12:00"', 'by = "noon"', 1).encode())
    line = line_of(TEXT, 'by = "12:00"')
    with pytest.raises(campaigns.CampaignMistakes, match=f"第{line}行"):
        campaigns.load(path)


def test_lines_of_values_over_several_lines_and_of_inline_tables() -> None:
    text = 'a = [\n  "[x]",\n]\nb.c = 1\n[[t]]\nd = { e = 2 }\n'
    text += '[[t.u]]\nf = """\ng = 1\n"""\nh = 1\n[[t]]\n[[t.u]]\ni = 1\n'
    assert campaigns.find_lines(text) == {
        ("a",): 1,
        ("b",): 4,
        ("b", "c"): 4,
        ("t", 0): 5,
        ("t", 0, "d"): 6,
        ("t", 0, "d", "e"): 6,
        ("t", 0, "u", 0): 7,
        ("t", 0, "u", 0, "f"): 8,
        ("t", 0, "u", 0, "h"): 11,
        ("t", 1): 12,
        ("t", 1, "u", 0): 13,
        ("t", 1, "u", 0, "i"): 14,
    }


def test_every_contradiction_has_its_sentence() -> None:
    source = Path(campaign_rules.__file__).read_text(encoding="utf-8")
    keys = set(re.findall(r'Mistake\("(\w+)"', source)) | set(re.findall(r'"(\w+_twice)"', source))
    assert keys <= set(texts._SENTENCES)


def test_all_mistakes_of_a_file_on_one_page() -> None:
    page = texts.mistaken("x.toml", ["第1行：一。", "第2行：二。"])
    assert page == "“x.toml”有2处需要修改：\n  第1行：一。\n  第2行：二。"
