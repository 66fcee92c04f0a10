"""Two replicas on one PostgreSQL, behind one webhook: either may die, and nobody notices."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.e2e.balancer import Balancer
from tests.e2e.bureau import free_port
from tests.e2e.clerk import Clerk, typed_answers

if TYPE_CHECKING:
    from tests.e2e.bureau import Bureau
    from tests.kit.process import Bot


def _replicas(bureau: Bureau, clock: str, *ports: int) -> list[Bot]:
    """Return a bot for each port but the first, which is the balancer's."""
    webhook = f"http://127.0.0.1:{ports[0]}/telegram"
    # A dead replica's rows are taken up when its lease of a minute has run out: three seconds here.
    return [bureau.bot(clock, speed=20, web=f"127.0.0.1:{port}", webhook=webhook) for port in ports[1:]]


async def test_one_of_two_replicas_dies_at_noon_and_nobody_notices(large_bureau: Bureau) -> None:
    bureau = large_bureau
    units = [unit.key for unit in bureau.campaign.units[:4]]
    clerks = [
        Clerk.of(await bureau.person(f"填报人{number}", "contact", unit), number)
        for number, unit in enumerate(units, 1)
    ]
    idle = await bureau.person("孙某", "contact", bureau.campaign.units[5].key)
    brigade = await bureau.person("李某", "brigade")
    ports = free_port(), free_port(), free_port()
    async with Balancer(ports[0], ports[1:]) as balancer:
        first, second = _replicas(bureau, "2020-07-10 12:00:02", *ports)
        await first.start()
        await second.start()
        filling = asyncio.gather(*(clerk.fills_in() for clerk in clerks))
        await bureau.server.wait_for(lambda: min(balancer.served.values()) >= 8, 20)
        await first.kill()  # it was elected to send
        await filling
        await brigade.reads("汇总表请查收")
        await idle.reads("逾期提醒")
        await bureau.quiet()
        await second.stop()
    for unit, clerk in zip(units, clerks, strict=True):
        [filed] = await bureau.filed(unit)
        assert [file["name"] for file in filed.answers.pop("files")] == ["盖章件.pdf"]
        assert filed.answers == typed_answers(clerk)
    titles = [message.text.partition("\n")[0] for message in (*brigade.messages, *idle.messages)]
    assert titles.count("逾期提醒") == 1
    uncertain = [key for key, _, _ in await bureau.outbox("unknown")]
    assert titles.count("报送情况") + sum("/missing" in key for key in uncertain) == 1


async def test_answers_are_taken_in_their_order_whichever_replica_gets_them(large_bureau: Bureau) -> None:
    bureau = large_bureau
    contact = await bureau.person("赵某", "contact", "nongji")
    ports = free_port(), free_port(), free_port()
    async with Balancer(ports[0], ports[1:]) as balancer:
        replicas = _replicas(bureau, "2020-07-09 12:00", *ports)
        for replica in replicas:
            await replica.start()
        await contact.says("/weekly")
        await contact.taps("跳过")
        for answer in ("甲", "乙", "3", "未录", "0", "丙", "丁", "戊"):
            await contact.says(answer, answered=False)
            # Nobody waits for the answer, only until one of the replicas has taken the words.
            await bureau.server.wait_for(lambda: not bureau.server.unconfirmed, 15)
        await contact.reads("如有照片、文件")
        await contact.taps("跳过")
        await contact.taps("提交")
        assert all(balancer.served.values()), "both replicas took part"
        for replica in replicas:
            await replica.stop()
    [filed] = await bureau.filed("nongji")
    expected = {"done": "甲", "results": "乙", "found": 3, "found_remark": "未录", "mended": 0, "problems": "丙"}
    assert filed.answers == expected | {"difficulties": "丁", "next": "戊", "ledger": {"found": 0, "mended": 0}}
