"""Settings from the environment and `.env`; a wrong one is one clear sentence before anything starts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.mail_server import MailServer

DEFAULT_WEB = "127.0.0.1:8080"
DEFAULT_API = "https://api.telegram.org"
DEFAULT_WECOM = "https://qyapi.weixin.qq.com"
#: An office's own templates, beside the working folder.
DEFAULT_TEMPLATES = Path("templates")
_HOST_PORT = re.compile(r"(?P<host>[A-Za-z0-9_.\-]+|\[[0-9A-Fa-f:]+\]):(?P<port>\d{1,5})")
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_\-]{5,}")
_ROBOT = re.compile(r"(?P<recipient>[a-z][a-z0-9_\-]*)\s*=\s*(?P<key>[A-Za-z0-9_\-]{8,})")
_MAILBOX = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+")
HIGHEST_PORT = 65535
#: A shorter one is no secret, and to black it out would make a log unreadable.
SHORTEST_SECRET = 6


class WrongSetting(Exception):  # noqa: N818 - a sentence for the operator
    """A setting is missing or wrong; the text says which and how it is mended."""


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("offset")
    return value


def _address(value: str | None) -> str | None:
    if value:
        match = _HOST_PORT.fullmatch(value)
        if match is None or not 0 <= int(match["port"]) <= HIGHEST_PORT:
            raise ValueError("address")
    return value


def _token(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("token")
    return value


def _base(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("base")
    return value.rstrip("/")


def _public(value: str) -> str:
    return _base(value) if value else value


def _database(value: str) -> str:
    if not re.match(r"(sqlite|postgresql(\+psycopg)?)://", value):
        raise ValueError("database")
    return value


def _server(value: str) -> str:
    if value:
        MailServer.parse(value)
    return value


def _mailbox(value: str) -> str:
    if value and not _MAILBOX.fullmatch(value):
        raise ValueError("mailbox")
    return value


def _robots(value: SecretStr) -> SecretStr:
    if not all(_ROBOT.fullmatch(each) for each in _parts(value)):
        raise ValueError("robots")
    return value


def _parts(value: SecretStr) -> list[str]:
    return [each.strip() for each in value.get_secret_value().split(",") if each.strip()]


def _speed(value: float) -> float:
    if not 0 < value <= 100_000:  # noqa: PLR2004 - faster than a day a second is no rehearsal
        raise ValueError("speed")
    return value


def _blank_is(default: object) -> BeforeValidator:
    """Take an empty value for one that is not set."""
    return BeforeValidator(lambda value: default if value == "" else value)


class Settings(BaseSettings):
    """What the environment says.

    An empty value counts as not set, but for two: DUBAN_WEB is off then, and an empty DUBAN_DATABASE is a mistake, for
    data must not go astray.
    """

    model_config = SettingsConfigDict(env_prefix="DUBAN_", env_file=".env", extra="ignore")

    campaign: Annotated[Path | None, _blank_is(None)] = None
    database: Annotated[str, AfterValidator(_database)] = "sqlite:///data/duban.db"
    telegram_token: Annotated[SecretStr, AfterValidator(_token)] = SecretStr("")
    telegram_api: Annotated[str, _blank_is(DEFAULT_API), AfterValidator(_base)] = DEFAULT_API
    web: Annotated[str | None, AfterValidator(_address)] = None
    public_url: Annotated[str, _blank_is(""), AfterValidator(_public)] = ""
    smtp: Annotated[str, AfterValidator(_server)] = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca: Annotated[Path | None, _blank_is(None)] = None
    mail_from: Annotated[str, AfterValidator(_mailbox)] = ""
    wecom: Annotated[SecretStr, AfterValidator(_robots)] = SecretStr("")
    wecom_api: Annotated[str, _blank_is(DEFAULT_WECOM), AfterValidator(_base)] = DEFAULT_WECOM
    templates: Annotated[Path, _blank_is(DEFAULT_TEMPLATES)] = DEFAULT_TEMPLATES
    clock: Annotated[datetime | None, _blank_is(None), AfterValidator(_aware)] = None
    clock_speed: Annotated[float, _blank_is(1.0), AfterValidator(_speed)] = 1.0

    @property
    def token(self) -> str:
        """Return the bot's token, "" without one. Never print it."""
        return self.telegram_token.get_secret_value()

    @property
    def mail_server(self) -> MailServer | None:
        """Return how mail is handed in; None when it is not set up. WrongSetting when no sender can be told."""
        if not self.smtp:
            return None
        server = MailServer.parse(self.smtp)
        sender = self.mail_from or server.sender
        if not _MAILBOX.fullmatch(sender):
            raise WrongSetting(CURES["mail_from"])
        if self.smtp_ca is not None and not self.smtp_ca.is_file():
            raise WrongSetting(CURES["smtp_ca"])
        return replace(server, password=self.smtp_password.get_secret_value(), sender=sender, ca=self.smtp_ca)

    @property
    def robots(self) -> dict[str, str]:
        """Return the keys of the WeCom groups' robots by recipient. Never print them."""
        found = filter(None, map(_ROBOT.fullmatch, _parts(self.wecom)))
        return {match["recipient"]: match["key"] for match in found}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no log may show."""
        found = (self.token, self.smtp_password.get_secret_value(), *self.robots.values())
        return tuple(each for each in found if len(each) >= SHORTEST_SECRET)

    @property
    def web_address(self) -> tuple[str, int] | None:
        """Return (host, port) of the web chat; None when it is off. Without a token it is on by default."""
        chosen = self.web if self.web is not None else ("" if self.token else DEFAULT_WEB)
        if not chosen:
            return None
        return split_address(chosen)


def split_address(text: str) -> tuple[str, int]:
    """Return (host, port) of "host:port"."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def reachable(host: str) -> str:
    """Return how a browser on this machine calls a listening host; one that listens everywhere is at home here."""
    host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return f"[{host}]" if ":" in host else host


#: How a wrong value of each setting is mended.
CURES = {
    "campaign": "DUBAN_CAMPAIGN 应为专项整治配置文件的路径，例如 campaigns/sample-2020.toml。",
    "database": "DUBAN_DATABASE 应以 sqlite:/// 或 postgresql:// 开头，例如 sqlite:///data/duban.db。",
    "telegram_token": "DUBAN_TELEGRAM_TOKEN 不是有效的机器人令牌，形如“数字:字母数字”，请向 BotFather 核对。",
    "telegram_api": "DUBAN_TELEGRAM_API 应为 http:// 或 https:// 开头的地址。",
    "web": "DUBAN_WEB 应为“主机:端口”，例如 127.0.0.1:8080；留空表示不开网页。",
    "public_url": "DUBAN_PUBLIC_URL 应为大家打开网页的地址，以 http:// 或 https:// 开头，例如 https://duban.example.cn。",
    "smtp": "DUBAN_SMTP 应为 smtps://用户@主机:465 或 smtp://用户@主机:587，用户名里的 @ 写成 %40，密码另写。",
    "smtp_ca": "DUBAN_SMTP_CA 应为证书文件的路径，请核对文件是否存在。",
    "mail_from": "DUBAN_MAIL_FROM 应为发件邮箱，例如 office@example.cn。",
    "wecom": "DUBAN_WECOM 应为“代号=密钥”，多个用逗号隔开，例如 group=693a-7aoc-4bc4；代号即收件人的 key。",
    "wecom_api": "DUBAN_WECOM_API 应为 http:// 或 https:// 开头的地址。",
    "clock": "DUBAN_CLOCK 应为带时区的时刻，例如 2020-07-09T16:00:00+08:00。",
    "clock_speed": "DUBAN_CLOCK_SPEED 应为大于 0 的数，例如 1 或 60。",
}
#: What Chinese Windows saves by itself is GBK.
ENV_UNREADABLE = "设置文件 .env 不是 UTF-8 编码，请用 UTF-8 另存后再运行。"


def read_settings() -> Settings:
    """Read the environment; WrongSetting names the first wrong value, and does not repeat it: it may be secret."""
    try:
        return Settings()
    except UnicodeDecodeError:
        raise WrongSetting(ENV_UNREADABLE) from None
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0]).removeprefix("DUBAN_").lower()
        raise WrongSetting(CURES.get(name, f"设置 {name} 有误。")) from None
