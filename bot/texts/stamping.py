"""The sheet that is printed, signed and stamped, and its copy that comes back."""

from __future__ import annotations

import re

from bot.core.messages import Attachment, Button, Message
from bot.core.plain_text import clip
from bot.texts.menu import BACK_TO_MENU
from bot.texts.reports import SEE, UPLOAD

SENT = "打印件已发给联系人，盖章后上传即为已报送。"
WAITS = "但本单位暂无可通知的联系人，请取打印件，盖章后上传。"
TO_STAMP = "打印件随后发给本单位联系人；请打印、签字、盖章后上传，上传后即为已报送。"


def sheet_name(what: str, version: int) -> str:
    """Return the file name of the printable sheet: 农机服务中心《专项整治工作总结》_第2版.pdf."""
    kept = re.sub(r'[\\/:*?"<>|\s]+', "_", what)
    return f"{clip(kept, 80)}{f'_第{version}版' if version > 1 else ''}.pdf"


def sheet(what: str, *, signed_by: str, code: str, report: int, upload: bool, attachment: Attachment) -> Message:
    """Bring the sheet to whoever prints it, and say what is to be done with it."""
    agreed = f"{signed_by}已同意报送{what}。" if signed_by else f"{what}："
    steps = "请打印附件，签字并加盖公章后，拍照或扫描，点“上传盖章件”发来，上传后即为已报送。" if upload else ""
    button = (Button(UPLOAD, f"m:stamp:{report}", "primary"),) if upload else ()
    return Message(
        f"{agreed}{steps or '打印件见附件。'}\n核验码：{code}，请核对与纸上一致。",
        title="请打印盖章" if upload else "打印件",
        buttons=((*button, Button(SEE, f"m:see:{report}")), (BACK_TO_MENU,)),
        attachments=(attachment,),
        place="next",
    )


def copy_of(what: str, number: str, code: str) -> str:
    """Say whose stamped copy is asked for."""
    return f"{what}（{number}），纸上核验码应为 {code}"


def stamped(what: str, report: int, *, first: bool) -> Message:
    """Thank for the stamped copy."""
    text = f"{what}的盖章件已收到，已报送执法大队。" if first else f"{what}的盖章件已更换。"
    return Message(
        text,
        title="盖章件已上传" if first else "盖章件已更换",
        buttons=((Button(SEE, f"m:see:{report}"), BACK_TO_MENU),),
        place="next",
    )


def stamped_notice(what: str, by: str, report: int) -> Message:
    """Tell the others of the unit that the stamped copy is there."""
    return Message(
        f"{by}已上传{what}的盖章件，已报送执法大队。",
        title="已报送",
        buttons=((Button(SEE, f"m:see:{report}"),),),
    )


def stamped_line(name: str, at: str, files: int) -> str:
    """Say who sent the stamped copy and when."""
    return f"盖章件：{name}，{at}上传（{files}个文件，见附件）"
