"""Why something did not get to a mailbox or a group, as 送达情况 shows it; and what `push test` sends and says."""

from __future__ import annotations

from typing import Final

NO_RECIPIENT: Final = "方案里已没有这个收件人"

NO_MAIL: Final = "还没有设置发信服务器（DUBAN_SMTP）"
NO_SERVER: Final = "连不上邮件服务器"
BAD_CERTIFICATE: Final = "邮件服务器的证书不可信"
NO_TLS: Final = "邮件服务器不支持加密连接"
BAD_TLS: Final = "与邮件服务器建立不了加密连接，请核对端口和加密方式"
NO_AUTH: Final = "邮件服务器在这个端口不接受登录，请核对 DUBAN_SMTP"
NO_LOGIN: Final = "邮件服务器不接受用户名或密码（{code}），多数邮箱要填授权码"
SENDER_REFUSED: Final = "发件邮箱不被接受（{code}）"
ADDRESS_REFUSED: Final = "收件邮箱不被接受（{code}），请核对地址"
MAIL_REFUSED: Final = "邮件服务器拒收（{code}）"
MAIL_LATER: Final = "邮件服务器要求稍后再发（{code}）"
MAIL_BROKEN: Final = "与邮件服务器的连接中断"
MAIL_UNSURE: Final = "邮件发出后连接中断"

NO_ROBOT: Final = "还没有设置这个群的机器人（DUBAN_WECOM）"
NO_WECOM: Final = "连不上企业微信"
WECOM_BUSY: Final = "企业微信暂时繁忙"
WECOM_OFTEN: Final = "发送太频繁，企业微信要求稍后再发"
BAD_ROBOT: Final = "机器人的密钥不对，或机器人已被停用、移出群"
WECOM_REFUSED: Final = "企业微信不接受（{code}）"
WECOM_BROKEN: Final = "与企业微信的连接中断"
WECOM_UNSURE: Final = "发出后与企业微信的连接中断"
WECOM_LARGE: Final = "文件超过20MB，企业微信不收"

TEST_TITLE: Final = "督办推送测试"
TEST_TEXT: Final = "这是一条测试消息，收到即表示推送正常，不用回复。"
TEST_PLACE: Final = "收件人"
TEST_CHANNEL: Final = "方式"
CHANNELS: Final = {"mail": "邮件", "wecom": "企业微信", "telegram": "Telegram"}
ARRIVED: Final = "已送达"
TELEGRAM_GOOD: Final = "Telegram：令牌有效，机器人 @{name}"
TELEGRAM_BAD: Final = "Telegram：令牌无效，或连不上 Telegram"
NO_TELEGRAM: Final = "Telegram：还没有设置机器人令牌（DUBAN_TELEGRAM_TOKEN）"
NOBODY: Final = "方案里没有收件人；要推送到邮箱或企业微信群，请在方案文件中写上 [[recipients]]。"
UNKNOWN: Final = "方案里没有代号为 {key} 的收件人。"


def told(name: str, channel: str, outcome: str) -> str:
    """整治办邮箱（邮件）：已送达."""
    return f"{name}（{CHANNELS[channel]}）：{outcome}"
