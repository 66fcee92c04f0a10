"""What is said about an office's own template: the words it may use, and what `export check` finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bot.core.tables import Column

#: The placeholders that stand for no column: what each holds, as the check explains it.
TITLE, UNIT, PERIOD, MADE, NOTES, SIGN = "标题", "汇总单位", "期次", "制表时间", "备注", "签字"
SINGLE: Final = (TITLE, UNIT, PERIOD, MADE, NOTES, SIGN)
#: Those that begin with what they are: 汇总单位：, 制表时间：
LABELLED: Final = (UNIT, MADE)
#: What the row of the sums is called, and the first part of a placeholder for one of them.
SUM: Final = "合计"
SUMS: Final = (SUM, "总计")

#: What a spreadsheet can hold and a filled template loses.
SHAPES, PICTURES, RULES = "文本框和图形", "EMF、WMF 格式的图片", "引用其他工作表的下拉列表和新式条件格式"
HEADER_PICTURES, MACROS = "页眉页脚中的图片", "宏"
IN_CELLS, CONTROLS = "嵌入单元格的图片（请改为浮动图片）", "按钮、复选框等控件"

_UNFIT: Final[Mapping[str, str]] = {
    "format": "模板须为 .xlsx 文件。请用表格软件打开，另存为 .xlsx 后再试。",
    "unreadable": "文件打不开。请确认文件存在，是 .xlsx 格式，没有损坏，也没有设置打开密码。",
    "large": "文件过大。模板只需表头和一行样式，请删去多余的内容和格式。",
    "no_header": "没有找到表头。同一行中应至少有{least}个单元格与表格的列名一致，或写有 {{{{单位}}}} 这样的占位符。",
    "merged_down": "第{row}行与其他行合并了单元格，不能逐行填写。请取消该行的纵向合并。",
    "broken": "试填时出错（{error}）。请用表格软件另存为新的 .xlsx 文件后再试。",
}


def column(column: Column) -> str:
    """Return what a column is called: 累计/发现."""
    title = "".join(column.title.split())
    return f"{column.group}/{title}" if column.group else title


def unfit(path: Path, key: str, facts: Mapping[str, object]) -> str:
    """Say why a template cannot be used, and what helps."""
    return f"模板 {path} 不能使用：{_UNFIT[key].format(**facts)}"


def no_table(path: Path, called: Mapping[str, str]) -> str:
    """Say that the file's name names no table, and which do."""
    known = "\n".join(f"  {name}.xlsx 或 {title}.xlsx" for name, title in called.items())
    return f"模板 {path} 不能使用：文件名应与表格对应。可用的文件名：\n{known}"


def fits(path: Path, title: str, name: str) -> str:
    """Say that a template can be used, and for what."""
    return f"模板 {path} 可以使用，对应“{title}”（{name}）。"


def rows(sheet: str, header: int, pattern: int, first: int, *, borrowed: bool) -> str:
    """Say where the headings and the records are."""
    head = f"表头在第{header}行，" if header else ""
    look = f"下面没有可作样式的空行，样式取自第{pattern}行" if borrowed else f"样式取自第{pattern}行"
    return f"工作表“{sheet}”：{head}数据从第{first}行起，{look}。"


def prepared(first: int, last: int) -> str:
    """Say what becomes of the empty rows."""
    return f"预留的空行（第{first}至{last}行）按实际行数增减。"


def samples(first: int, last: int) -> str:
    """Say that what stands in the records' place is taken for a sample."""
    which = f"第{first}至{last}行" if last > first else f"第{first}行"
    return f"{which}已有的内容视为示例，填入后不保留，行数按实际增减。"


def found(columns: Sequence[tuple[str, str]]) -> str:
    """Say which columns go where."""
    return f"已对应{len(columns)}列：" + "，".join(f"{cell} {title}" for cell, title in columns) + "。"


def missing(columns: Sequence[str]) -> str:
    """Say which columns are left out."""
    return f"模板没有、不会写入的列（{len(columns)}列）：{'、'.join(columns)}。"


def unknown(headings: Sequence[tuple[str, str, str]]) -> str:
    """Say which headings are none of the table's, each with what it may be meant for."""
    return f"不认识的表头（{len(headings)}处，该列留空）：" + "；".join(_guess(*each) for each in headings) + "。"


def marks(names: Sequence[tuple[str, str]]) -> str:
    """Say which placeholders stand apart from the records."""
    return "占位符：" + "，".join(f"{cell} {_braced(name)}" for cell, name in names) + "。"


def strange(names: Sequence[tuple[str, str, str]]) -> str:
    """Say which placeholders mean nothing."""
    told = "；".join(_guess(cell, _braced(name), near and _braced(near)) for cell, name, near in names)
    return f"不认识的占位符（{len(names)}处，将留空）：{told}。"


def unsaid(names: Sequence[str]) -> str:
    """Say what the table has to tell that the template has no place for."""
    return f"没有占位符、不会写入的内容：{'、'.join(map(_braced, names))}。"


def sums(row: int, *, marked: bool) -> str:
    """Say where the sums go."""
    if row:
        return f"合计写入第{row}行；该行已有的公式保留。"
    return "合计按占位符写入。" if marked else "没有合计行，不写入合计。如需合计，请加一行，首个单元格写“合计”。"


def formulas(number: int) -> str:
    """Say what becomes of formulas."""
    return f"公式{number}处：随所在的行移动，打开文件时由表格软件计算；不计算公式的预览中显示为空。"


def lost(names: Sequence[str]) -> str:
    """Say what does not outlast being filled in."""
    return f"填入后不会保留：{'、'.join(names)}。"


def _braced(name: str) -> str:
    return f"{{{{{name}}}}}"


def _guess(cell: str, text: str, near: str) -> str:
    shown = "".join(text.split())
    return f"{cell}“{shown}”，是否应为“{near}”" if near else f"{cell}“{shown}”"
