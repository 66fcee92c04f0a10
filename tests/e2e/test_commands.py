"""The command line as operators and scripts rely on it: what is wrong is one sentence and exit status 2."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.bureau import free_port
from tests.kit.process import SAMPLE, TOKEN, Bot, command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.bureau import Bureau
    from tests.kit.process import Ended

#: Set so that it would run, were it not for the one setting a test makes wrong. Nothing listens at port 9.
WELL = {
    "DUBAN_CAMPAIGN": str(SAMPLE),
    "DUBAN_DATABASE": "sqlite:///duban.db",
    "DUBAN_TELEGRAM_TOKEN": TOKEN,
    "DUBAN_TELEGRAM_API": "http://127.0.0.1:9",
    "DUBAN_WEB": "",
    "DUBAN_SMTP": "smtps://office%40example.cn@127.0.0.1:9",
}
WRONG = {
    "DUBAN_CAMPAIGN": ("", "nowhere.toml", ".", "broken.toml"),
    "DUBAN_DATABASE": (
        "", "mysql://x/y", "duban.db", "sqlite:///", "sqlite:///:memory:", "sqlite:///.", "sqlite:///broken.toml",
        "postgresql://nobody:wrong@127.0.0.1:9/duban",
    ),
    "DUBAN_TELEGRAM_TOKEN": ("abc", "123456", "123456:短", "123456:with space"),
    "DUBAN_TELEGRAM_API": ("api.telegram.org", "ftp://api.telegram.org"),
    "DUBAN_WEB": ("8080", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:8080", ":8080"),
    "DUBAN_PUBLIC_URL": ("duban.example.cn", "ftp://duban.example.cn"),
    "DUBAN_SMTP": (
        "mail.example.cn", "http://mail.example.cn:25", "smtps://mail.example.cn", "smtps://u@mail.example.cn:99999",
        "smtps://u:password@mail.example.cn:465", "smtps://o@example.cn@mail.example.cn:465",
    ),
    "DUBAN_SMTP_CA": ("nowhere.pem",),
    "DUBAN_MAIL_FROM": ("office", "a@b@c", "某人 <office@example.cn>", "办公室@example.cn"),
    "DUBAN_WECOM": ("693a91f6-7aaa-4bc4", "group=短", "=693a91f6", "group=693a91f6,other"),
    "DUBAN_WECOM_API": ("qyapi.weixin.qq.com",),
    "DUBAN_CLOCK": ("yesterday", "2020-07-10T12:00:00", "2020-13-10T12:00:00+08:00"),
    "DUBAN_CLOCK_SPEED": ("fast", "0", "-1", "nan", "inf"),
}  # fmt: skip
SETTINGS = [(name, value) for name, values in WRONG.items() for value in values]


def is_one_sentence(ended: Ended) -> None:
    assert ended.status == 2, ended
    assert ended.err.count("\n") == 1, ended.err
    assert re.search(r"[\u4e00-\u9fff]", ended.err), ended.err
    assert ended.out == ""
    for machine_talk in ("Traceback", "Error", "sqlalchemy", "psycopg", "TESTTOKEN"):
        assert machine_talk not in ended.err


async def test_mail_needs_somebody_it_comes_from(tmp_path: Path) -> None:
    ended = await command("run", folder=tmp_path, settings=WELL | {"DUBAN_SMTP": "smtp+plain://relay:25"})
    is_one_sentence(ended)
    assert "DUBAN_MAIL_FROM" in ended.err


async def test_every_wrong_setting_is_one_sentence_and_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[campaign", "utf-8")

    async def refused(name: str, value: str) -> None:
        ended = await command("run", folder=tmp_path, settings=WELL | {name: value})
        try:
            is_one_sentence(ended)
            told = ended.err if name != "DUBAN_DATABASE" else ended.err.replace("数据库", name)
            assert name in told or value in told
        except AssertionError as error:
            error.add_note(f"{name}={value!r}: {ended}")
            raise

    results = await asyncio.gather(*(refused(name, value) for name, value in SETTINGS), return_exceptions=True)
    failures = [result for result in results if isinstance(result, Exception)]
    if failures:
        raise ExceptionGroup("settings that were not refused as they should be", failures)
    assert not (tmp_path / "duban.db").exists()


async def test_a_wrong_setting_in_the_env_file_is_told_alike(tmp_path: Path) -> None:
    lines = [f"{name}={value}" for name, value in (WELL | {"DUBAN_CLOCK": "noon"}).items()]
    (tmp_path / ".env").write_text("\n".join(lines), "utf-8")
    ended = await command("run", folder=tmp_path, forked=False)
    is_one_sentence(ended)
    assert "DUBAN_CLOCK" in ended.err


async def test_the_env_file_is_read_and_the_environment_goes_first(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DUBAN_CAMPAIGN={SAMPLE}\nDUBAN_DATABASE=sqlite:///from-file.db\n# 说明\n", "utf-8")
    assert (await command("migrate", folder=tmp_path)).status == 0
    assert (tmp_path / "from-file.db").exists()
    over = {"DUBAN_DATABASE": "sqlite:///sub/from-environment.db"}
    assert (await command("migrate", folder=tmp_path, settings=over)).status == 0
    assert (tmp_path / "sub" / "from-environment.db").exists()


async def test_an_env_file_of_a_chinese_windows_is_told_of(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(f"# 配置文件\nDUBAN_CAMPAIGN={SAMPLE}\n".encode("gbk"))
    is_one_sentence(await command("people", folder=tmp_path))


async def test_without_token_and_web_there_is_nothing_to_run(tmp_path: Path) -> None:
    is_one_sentence(await command("run", folder=tmp_path, settings=WELL | {"DUBAN_TELEGRAM_TOKEN": ""}))


@pytest.mark.parametrize("url", ["", "example.org/hook", "ftp://example.org/hook"])
async def test_a_webhook_needs_an_address(tmp_path: Path, url: str) -> None:
    is_one_sentence(await command("run", "--webhook", url, folder=tmp_path, settings=WELL))


async def test_a_token_telegram_does_not_know_is_told(small_bureau: Bureau) -> None:
    bot = small_bureau.bot("2020-07-10 09:00", settings={"DUBAN_TELEGRAM_TOKEN": "123456:MISTYPED"})
    await bot.start()
    assert await bot.ended() == 2
    assert "DUBAN_TELEGRAM_TOKEN" in bot.complaints()
    assert "MISTYPED" not in bot.complaints()


async def test_a_taken_port_is_told(small_bureau: Bureau, tmp_path: Path) -> None:
    port = small_bureau.server.port
    ended = await command("run", folder=tmp_path, settings=WELL | {"DUBAN_WEB": f"127.0.0.1:{port}"})
    is_one_sentence(ended)


async def test_the_sample_campaign_is_explained_in_words(tmp_path: Path) -> None:
    settings = {"DUBAN_CLOCK": "2020-07-01T09:00:00+08:00"}
    ended = await command("campaign", "check", str(SAMPLE), folder=tmp_path, settings=settings, forked=False)
    assert (ended.status, ended.err) == (0, "")
    assert len(re.findall(r"周[一二三四五六日]", ended.out)) >= 20
    assert "7月3日" in ended.out


async def test_every_mistake_of_a_campaign_file_is_listed(tmp_path: Path) -> None:
    text = SAMPLE.read_text("utf-8").replace('to = ["contact"]', 'to = ["boss"]', 1).replace('"12:00"', '"25:00"', 1)
    (tmp_path / "broken.toml").write_text(text, "utf-8")
    ended = await command("campaign", "check", "broken.toml", folder=tmp_path)
    assert ended.status == 2
    assert "Traceback" not in ended.err
    heading, *lines = (ended.out + ended.err).splitlines()
    assert "broken.toml" in heading
    assert "2处" in heading
    assert len(lines) == 2, lines
    assert all(re.search(r"第\d+行", line) for line in lines), lines


async def test_people_are_listed_with_what_they_are(small_bureau: Bureau) -> None:
    bot = small_bureau.bot("2020-07-10 09:00")
    assert "还没有" in (await _operate(bot, "people")).out
    await small_bureau.person("赵某", "contact", "nongji")
    gone = await small_bureau.person("李某", "brigade")
    await bot.start()
    gone.server.blocks(gone.user)
    await gone.server.wait_for(lambda: not gone.server.unconfirmed)
    listed = await _operate(bot, "people")  # beside the running bot
    assert listed.out.splitlines() == ["赵某\t农机服务中心联系人", "李某\t大队联系人\t消息无法送达"]
    await bot.stop()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "boss"),
        ("--role", "contact"),
        ("--role", "contact", "--unit", "nowhere"),
        ("--role", "brigade", "--unit", "nongji"),
    ],
)
async def test_an_invitation_that_makes_no_sense_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    is_one_sentence(await command("invite", *arguments, folder=tmp_path, settings=WELL))


async def test_an_invitation_for_both_fronts_while_telegram_is_out_of_reach(tmp_path: Path) -> None:
    settings = WELL | {"DUBAN_WEB": f"127.0.0.1:{free_port()}"}
    ended = await command("invite", "--role", "brigade", folder=tmp_path, settings=settings)
    assert ended.status == 0
    assert re.search(r"^http://127\.0\.0\.1:\d+/join/[\w-]{32}$", ended.out, re.MULTILINE)
    assert ended.err.count("\n") == 1


async def test_a_second_bot_on_one_sqlite_file_is_refused(small_bureau: Bureau) -> None:
    first, second = (small_bureau.bot("2020-07-10 09:00") for _ in range(2))
    await first.start()
    await second.start()
    assert await second.ended() == 2
    assert second.complaints().count("\n") == 1
    assert "另一个督办程序" in second.complaints()
    assert first.alive
    await first.stop()


async def test_migrate_may_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        ended = await command("migrate", folder=tmp_path, settings=WELL)
        assert (ended.status, ended.err) == (0, "")


async def _operate(bot: Bot, *arguments: str) -> Ended:
    settings = {key: value for key, value in bot.environment().items() if key.startswith("DUBAN_")}
    return await command(*arguments, folder=bot.folder, settings=settings)
