"""The board over HTTP: what it tells whom, and that it tells the same as the chat."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest

from bot.core.issues import STATES
from bot.services import issues as pages
from bot.services import ledger, overview
from storage import issues, people
from storage.files import FileStore
from tests.storage import making
from tests.web.conftest import NOON, THURSDAY
from tests.web.filling import (
    MANY,
    WEEK,
    end_role,
    file,
    got,
    ledger_of_many,
    listed,
    reports_of_all_kinds,
    texts_in,
    visiting,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    import httpx

    from storage.work import Work
    from tests.web.conftest import Rig

# who may


EVERYBODY = ("li", "zhang", "zhao", "sun", "zheng")


async def test_the_board_is_for_the_desk_the_leaders_and_the_admin(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)
    seeing_all, seeing_entries = {"zhao", "sun", "zheng"}, {"zhao", "sun"}
    async with demo.caller() as caller:
        for path, whose in (
            ("/board", seeing_all),
            ("/api/board", seeing_all),
            ("/api/board/mark", seeing_all),
            ("/api/board/entries", seeing_entries),
            ("/api/board/entries/1", seeing_entries),
        ):
            statuses = {person: (await caller.get(f"{path}?as={person}")).status_code for person in EVERYBODY}
            assert statuses == {person: 200 if person in whose else 403 for person in EVERYBODY}, path


async def test_a_table_is_for_whom_the_chat_sends_it(demo: Rig) -> None:
    no = dict.fromkeys(("li", "zhang", "zheng"), 403)
    async with demo.caller() as caller:
        for ref in (f"weekly/{WEEK}", f"reconciliation/{WEEK}", "ledger/", "ledger/u=nongji;v=overdue"):
            answers = {person: await caller.get(f"/board/files/{ref}?as={person}") for person in EVERYBODY}
            assert {person: each.status_code for person, each in answers.items()} == no | {"zhao": 200, "sun": 200}


async def test_the_admin_sees_who_has_reported_and_nothing_of_the_ledger(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)
    async with demo.caller() as caller:
        board = await got(caller, "", "zheng")
    assert board["ledger"] is None
    assert [figure["label"] for figure in board["figures"]] == ["本周已报／应报"]
    assert {row["open"] for row in board["matrix"]["rows"]} == {None}
    assert board["files"] == []
    assert len(board["matrix"]["rows"]) == len(demo.store.campaign.units)


async def test_a_stranger_learns_nothing(house: Rig) -> None:
    async with house.caller() as stranger:
        for path in ("", "/mark", "/stream", "/entries", "/entries/1"):
            assert (await stranger.get(f"/api/board{path}")).status_code == 401
            assert (await stranger.get(f"/api/board{path}?as=zhao")).status_code == 401


async def test_a_stranger_is_asked_for_the_invitation(house: Rig) -> None:
    async with house.caller() as stranger:
        page = await stranger.get("/board")
        assert page.status_code == 401
        assert "邀请链接" in page.text
        assert (await stranger.get(f"/board/files/weekly/{WEEK}")).status_code == 401


async def test_a_contact_is_told_kindly_and_shown_the_way_back(demo: Rig) -> None:
    async with demo.caller() as caller:
        page = await caller.get("/board?as=li")
    assert page.status_code == 403
    assert "请在对话中查看和办理" in page.text
    assert 'href="/?as=li"' in page.text


async def test_the_chat_has_a_way_to_the_board_for_those_who_may(demo: Rig) -> None:
    async with demo.caller() as caller:
        assert '<a class="way" href="/board?as=zhao" >' in (await caller.get("/?as=zhao")).text
        assert '<a class="way" href="/board?as=li" hidden>' in (await caller.get("/?as=li")).text


def entries_in_every_state(work: Work) -> None:
    """Enter a few of each state, due on each of the days around today."""
    by = people.create_person(work, "录入人")
    for number, state in enumerate(STATES):
        for day in range(-2, 10 + number):
            made = making.enter(work, by, making.new(f"{state}{day}", due=THURSDAY.date() + timedelta(day)))
            if state != "found":
                making.change(work, made, "transfer", by, state)


async def test_each_list_is_as_long_as_its_filter_says(demo: Rig) -> None:
    await demo.store.run(entries_in_every_state)
    async with demo.caller() as caller:
        views = (await got(caller, ""))["ledger"]["views"]
        assert {each["key"]: each["count"] for each in views} == {
            each["key"]: (await listed(caller, view=each["key"]))["total"] for each in views
        }
    assert all(each["count"] > 0 for each in views)
    assert len({each["count"] for each in views}) == len(views), "so that none is taken for another"


FORGED = (
    ("/api/board/entries?view=zz", 404),
    ("/api/board/entries?view=", 404),
    ("/api/board/entries?unit=nowhere", 404),
    ("/api/board/entries?area=nothing", 404),
    ("/api/board/entries?page=-1", 400),
    ("/api/board/entries?page=x", 400),
    ("/api/board/entries?page=%D9%A1", 400),
    ("/api/board/entries?page=12345678", 400),
    (f"/api/board/entries?words={'x' * 101}", 400),
    ("/api/board/entries?entered_by=1", 400),
    ("/api/board/entries/999999", 404),
    ("/api/board/entries/99999999999999999999", 404),
    ("/board/files/weekly/2020-W99", 404),
    ("/board/files/weekly/2031-W01", 404),
    ("/board/files/reconciliation/2031-W01", 404),
    ("/board/files/ledger/u=nowhere", 404),
    ("/board/files/ledger/v=overdue;v=all", 404),
    ("/board/files/statistics/2020-07-01", 404),
    ("/board/files/statistics/x_y", 404),
    ("/board/files/public/", 404),
    ("/board/files/ledger-template/", 404),
    ("/board/files/invitation-qr/https%3A%2F%2Fexample.org", 404),
    ("/board/files/papers/1/0", 404),
    ("/board/files/papers/x/0", 404),
    ("/board/files/papers/1", 404),
    ("/board/files/..%2F..%2Fetc/passwd", 404),
)


async def test_what_the_page_would_not_ask_for_is_refused(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)
    async with demo.caller() as caller:
        for path, status in FORGED:
            answer = await caller.get(f"{path}{'&' if '?' in path else '?'}as=zhao")
            assert (answer.status_code, answer.json()) == (status, {"status": status}), path


async def test_another_method_changes_nothing_because_there_is_none(demo: Rig) -> None:
    async with demo.caller() as caller:
        for path in ("/board", "/api/board", "/api/board/entries", "/api/board/entries/1"):
            assert (await caller.post(f"{path}?as=zhao", json={})).status_code == 405


async def test_the_browser_is_told_to_run_nothing_foreign(demo: Rig) -> None:
    async with demo.caller() as caller:
        for path in ("/board?as=zhao", "/board?as=li", "/api/board?as=zhao"):
            headers = (await caller.get(path)).headers
            assert "script-src 'self'; style-src 'self'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"


# the same as the chat tells


async def test_the_signs_are_those_of_the_chats_grid(demo: Rig) -> None:
    await demo.store.run(reports_of_all_kinds)
    demo.clock.move(NOON + timedelta(hours=30))

    def grid(work: Work) -> dict[str, str]:
        lines = overview.matrix(visiting(work), "1").text.split("\n\n")[1].split("\n")[1:]
        signs = (line.split(" ") for line in lines)
        return {name: f"{sign} {''.join(kept)}" for sign, name, *kept in signs}

    told = await demo.store.run(grid)
    async with demo.caller() as caller:
        rows = (await got(caller, ""))["matrix"]["rows"]
    assert {row["name"]: f"{''.join(cell['sign'] for cell in row['duties'])} {row['kept']}" for row in rows} == told
    words = [row["duties"][0]["word"] for row in rows]
    assert words[:8] == ["未报", "未报", "按时", "迟报", "待签批", "已退回", "未报", "免报"]
    said = [row["duties"][0]["said"] for row in rows]
    assert said[0] == "未报送，已逾期"
    assert said[2:5] == ["已报送，7月10日 10:00", "迟报，7月11日 14:00", "待签批，已逾期"]
    assert said[7] == "免报：机构改革"


async def test_what_is_not_due_is_not_missing(demo: Rig) -> None:
    async with demo.caller() as caller:
        matrix = (await got(caller, ""))["matrix"]
    columns = [column["name"] for column in matrix["duties"]]
    cells = dict(zip(columns, matrix["rows"][0]["duties"], strict=True))
    assert cells["每周工作信息"] == {"sign": "・", "word": "未到期", "tone": "", "said": "未到期"}
    assert cells["专项整治联系人"]["word"] == "不统计"  # it was over before the product was in use
    assert matrix["duties"][0]["note"] == "第28周，7月10日截止"
    assert matrix["duties"][0]["done"] == "0/16"


async def test_the_last_weeks_are_a_view_of_their_own(demo: Rig) -> None:
    await demo.store.run(file, demo.store.campaign.units[0].key)
    demo.clock.move(NOON + timedelta(days=10 * 7))
    async with demo.caller() as caller:
        matrix = (await got(caller, ""))["matrix"]
    assert [week["key"] for week in matrix["weeks"]] == [f"weekly/2020-W{number}" for number in range(31, 39)]
    demo.clock.move(NOON + timedelta(days=6))
    async with demo.caller() as caller:
        matrix = (await got(caller, ""))["matrix"]
    assert [week["name"] for week in matrix["weeks"]] == ["第28周", "第29周"]
    assert [cell["word"] for cell in matrix["rows"][0]["weeks"]] == ["按时", "未到期"]
    assert [cell["tone"] for cell in matrix["rows"][1]["weeks"]] == ["missing", ""]


async def test_the_figures_are_those_of_the_chat(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)
    await demo.store.run(file, demo.store.campaign.units[0].key)

    def home(work: Work) -> set[str]:
        return {button.label for row in ledger.home(visiting(work)).buttons for button in row}

    labels = await demo.store.run(home)
    async with demo.caller() as caller:
        board = await got(caller, "", "sun")
    figures = {figure["label"]: figure["value"] for figure in board["figures"]}
    assert figures == {
        "本周已报／应报": "1/16",
        "未销号": str(MANY + 1),
        "已逾期": "3",
        "待核查": "0",
        "整改率": f"{1000 // (MANY + 2) / 10:g}%",
    }
    counts = {f"{view['name']}（{view['count']}）" for view in board["ledger"]["views"] if view["count"]}
    assert {"待整改（58）", "已逾期（3）", "已销号（1）", "全部（59）"} <= counts & labels
    rows = {row["key"]: (row["open"], row["overdue"]) for row in board["matrix"]["rows"]}
    assert rows["nongji"] == (MANY, 3)
    assert rows["xumu"] == (1, 0)


async def test_a_week_that_is_long_over_is_not_called_this_week(demo: Rig) -> None:
    demo.clock.move(NOON + timedelta(days=200))
    async with demo.caller() as caller:
        [week, *_] = (await got(caller, ""))["figures"]
    assert (week["label"], week["note"]) == ("最近一周已报／应报", "第52周，12月25日（周五）12:00已截止")


# the ledger


LISTS: tuple[tuple[dict[str, str], int], ...] = (
    ({}, MANY + 1),
    ({"view": "a"}, MANY + 2),
    ({"view": "l"}, 3),
    ({"view": "s"}, 2),
    ({"view": "c"}, 1),
    ({"view": "v"}, 0),
    ({"unit": "xumu"}, 1),
    ({"unit": "xumu", "view": "a"}, 2),
    ({"area": "staff"}, 1),
    ({"words": "门店"}, MANY),
    ({"words": "07号 台账"}, 1),
    ({"words": "NJ-2020-012"}, 1),
    ({"words": "nj-2020-012"}, 1),
    ({"words": "100%", "view": "a"}, 1),
    ({"words": "100_", "view": "a"}, 0),
    ({"words": "<b>"}, 1),
    ({"words": "门店", "unit": "xumu"}, 0),
    ({"words": "畜牧"}, 1),
    ({"words": "畜牧 门店"}, 0),
    ({"words": "农机 07号"}, 1),
)


async def test_the_ledger_is_filtered_and_searched_and_so_is_its_table(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)
    async with demo.caller() as caller:
        for asked, total in LISTS:
            found = await listed(caller, **asked)
            shown = {line["number"] for line in found["lines"]}
            assert (found["total"], len(shown)) == (total, min(total, 50)), asked
            table = await caller.get(f"/board/files/{quote(found['files'][0]['ref'])}?as=zhao")
            numbers = {text for text in texts_in(table.content) if re.fullmatch(r"(NJ|XM)-2020-[0-9]{3}", text)}
            assert len(numbers) == total, asked
            assert shown <= numbers


async def test_pages_follow_each_other_and_the_last_one_is_as_far_as_it_goes(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)
    async with demo.caller() as caller:
        first, second, beyond = [await listed(caller, page=page) for page in ("0", "1", "9")]
    assert (first["pages"], len(first["lines"]), len(second["lines"])) == (2, 50, 8)
    assert not {line["id"] for line in first["lines"]} & {line["id"] for line in second["lines"]}
    assert beyond == second
    assert first["lines"][0]["left"] == "已逾期3个工作日"
    assert [line["colour"] for line in first["lines"][:6]] == ["red"] * 3 + ["yellow"] * 2 + ["blue"]


async def test_an_entry_is_told_as_in_the_chat_with_all_of_its_history(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)

    def chat(work: Work) -> tuple[str, str]:
        entry = issues.by_number(work, "XM-2020-002")
        assert entry is not None
        return pages.show(visiting(work), entry.id).text, pages.story(visiting(work), entry.id).text

    page, story = await demo.store.run(chat)
    async with demo.caller() as caller:
        [line] = (await listed(caller, words="XM-2020-002", view="c"))["lines"]
        entry = await got(caller, f"/entries/{line['id']}")
    assert entry["state"] == "已销号"
    assert "\n\n".join(entry["story"]) == story
    assert all(part in page for part in [*entry["head"], *entry["foot"], *(text for _, text in entry["parts"])])
    assert entry["files"] == []


async def test_an_entrys_papers_come_by_the_entry_and_by_nothing_else(demo: Rig, tmp_path: Path) -> None:
    folder = tmp_path / "files"

    def enter(work: Work) -> int:
        paper = FileStore(folder).put(b"%PDF-1.7 evidence", "现场笔录.pdf", "application/pdf")
        made = making.new()
        made.answers["evidence"] = [paper.to_json()]
        return making.enter(work, people.create_person(work, "录入人"), made).id

    number = await demo.store.run(enter)
    async with demo.caller() as caller:
        entry = await got(caller, f"/entries/{number}", "sun")
        [paper] = entry["files"]
        assert (paper["name"], paper["note"]) == ("现场笔录.pdf", "证据材料")
        answer = await caller.get(f"/board/files/{paper['ref']}?as=sun")
        assert answer.content == b"%PDF-1.7 evidence"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert (await caller.get(f"/board/files/papers/{number}/1?as=sun")).status_code == 404
        assert (await caller.get(f"/board/files/{paper['ref']}?as=zheng")).status_code == 403


async def test_every_offered_file_is_made_and_has_a_chinese_name(demo: Rig) -> None:
    await demo.store.run(ledger_of_many)
    async with demo.caller() as caller:
        offered = (await got(caller, ""))["files"] + (await listed(caller, view="l", unit="nongji"))["files"]
        names = {}
        for each in offered:
            answer = await caller.get(f"/board/files/{quote(each['ref'])}?as=zhao")
            assert answer.status_code == 200, each
            assert answer.headers["content-disposition"].startswith("attachment")
            names[each["ref"].partition("/")[0]] = unquote(answer.headers["content-disposition"].partition("''")[2])
    assert names["weekly"] == "每周工作信息汇总表_2020年第28周.xlsx"
    assert names["reconciliation"] == "问题整改对账表_2020年第28周.xlsx"
    assert names["ledger"] == "问题台账_逾期未整改_农机服务中心_2020年7月9日.xlsx"


# the stream


async def marks(caller: httpx.AsyncClient, person: str) -> AsyncGenerator[str]:
    async with caller.stream("GET", f"/api/board/stream?as={person}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))["mark"]


async def test_the_stream_tells_of_reports_of_entries_and_of_the_minute(demo: Rig) -> None:
    async with demo.caller() as caller, aclosing(marks(caller, "zhao")) as stream, asyncio.timeout(10):
        seen = [await anext(stream)]
        assert seen == [(await got(caller, "/mark"))["mark"]]
        await demo.store.run(file, demo.store.campaign.units[0].key)
        seen.append(await anext(stream))
        for change in (ledger_of_many, lambda _: demo.clock.move(THURSDAY + timedelta(minutes=1))):
            await demo.store.run(change)
            demo.channel.ring("home-of-li")  # somebody is told something: look at once
            seen.append(await anext(stream))
    assert len(set(seen)) == 4


async def test_the_stream_ends_with_the_role(demo: Rig) -> None:
    async with demo.caller() as caller, aclosing(marks(caller, "sun")) as stream, asyncio.timeout(10):
        await anext(stream)
        await demo.store.run(end_role, "sun", "leader")
        assert await anext(stream) == ""
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        assert (await caller.get("/api/board/stream?as=sun")).status_code == 403
        assert (await caller.get("/board?as=sun")).status_code == 403
