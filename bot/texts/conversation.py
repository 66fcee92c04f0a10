"""What is said around dialogs: welcome, not understood, sorry."""

from bot.core.plain_text import one_line

WELCOME = "欢迎使用"
NO_FILE = "文件没有生成成功，请稍后再试；多次不成的，请告知执法大队联系人。"
SORRY = "抱歉，刚才这一步没有办成，请再试一次。若仍不行，请联系执法大队。"
LOST = "请从下面选择要办的事项："
UNREADABLE = "这类消息暂时无法处理，请用文字或按钮。"
OLD_BUTTON = "这个按钮已失效，请从下面选择："
UNKNOWN_COMMAND = "没有这个命令，请从下面选择："
NOTHING_TO_CANCEL = "目前没有正在填写的内容。"

#: Refusals after which the menu is the way on.
WITH_MENU = frozenset({"dialog_over", "handed_over", "gone", "forbidden", "nothing_due"})


def too_large(name: str, size: int) -> str:
    """Say that Telegram does not take a file of so many bytes, and how to get at what is in it."""
    return (
        f"“{one_line(name, 60)}”有{size // 1_000_000}兆，Telegram发不了这么大的文件。"
        "请先按单位或状态筛选，分几次导出；开通了网页版的，可以在网页版里下载。"
    )
