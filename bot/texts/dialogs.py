"""What is said when a dialog is left."""

PAUSED = "{what}已保存，随时可从菜单继续填写。"
CANCELLED = "{what}已取消，内容未提交。"
