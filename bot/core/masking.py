"""Text without what tells who somebody is: for the version of the ledger that is put up in public (plan: L7).

Given names become 张某, 某单位 or 某某; phone, identity and card numbers, e-mail addresses and number plates become ××.
Owns what is taken out of a text. Leaves out which columns are shown at all (`exports.public`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

SOMEBODY: Final = "某某"
SOME_BODY: Final = "某单位"
NUMBER: Final = "××"

#: The commoner family names; any other is hidden as well, only not kept.
_FAMILY: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹"
    "孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚"
    "符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷"
    "晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟"
    "冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭"
)
#: Characters of a given name.
_GIVEN: Final = range(1, 3)
_FAMILY_OF_TWO: Final = re.compile(
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|司徒|轩辕|端木|百里|南宫|长孙|宇文|呼延|闻人|赫连|澹台|淳于|申屠|钟离|鲜于"
)
#: What the name of an organisation ends in; with a single character only when the name is longer than a person's.
_BODY: Final = re.compile(
    "(?:公司|集团|单位|中心|合作社|门市|商行|超市|市场|(?<=...)[店部社厂场站所局院校园行铺厅处室户队会馆坊])$"
)
#: What parts several names in one answer, and what stands beside a name without being part of it.
_BETWEEN: Final = re.compile(r"[、，,;；/／|()（）\[\]【】<>《》“”\"：:\n]+")
_BESIDE: Final = re.compile(
    "^(?:法定代表人|负责人|经营者|当事人|联系人|责任人|投诉人|举报人|店主|老板|业主|农户|村民|职工|经理)+"
    "|(?:中队长|大队长|站长|主任|科长|所长|局长|队长|经理|书记|会计|同志|先生|女士|师傅)$"
    r"|等(?:[\d一二两三四五六七八九十几多]*[人户家名个].*)?$"
)
#: What is answered where nobody is named.
_NOBODY: Final = frozenset(("暂无", "没有", "不详", "未知", "不明", "匿名", "群众", "企业", "商户", "经营户", "相对人"))

_PLATE: Final = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_GAP: Final = r"[ \u3000\-－—–·•]?"
_NUMBERS: Final = re.compile(
    "|".join(
        (
            r"[A-Za-z0-9._%+\-]+[@＠][A-Za-z0-9\-]+(?:[.．][A-Za-z0-9\-]+)+",
            rf"{_PLATE}{_GAP}[A-HJ-NP-Za-hj-np-z]{_GAP}(?=[A-Za-z]*\d)[A-Za-z0-9]{{4,6}}[挂学警港澳]?(?![A-Za-z0-9])",
            rf"{_PLATE}{_GAP}\d{{2}}{_GAP}\d{{5}}(?!\d)",  # a tractor's
            rf"(?<!\d)[1１][3-9３-９](?:{_GAP}\d){{9}}(?!\d)",  # a mobile phone's, however it is grouped
            rf"(?<!\d)\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXxＸｘ](?!\d)",  # an identity card's
            rf"(?<!\d)\d{{4}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,4}})?(?!\d)",  # a bank card's
            rf"[（(]?(?<!\d)0\d{{2,3}}[）)]?{_GAP}\d{{3,4}}{_GAP}\d{{4}}(?:转\d+)?(?!\d)",
            rf"(?<!\d)[48]00{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d)",
            r"\d{7,}[XxＸｘ]?",
        )
    )
)
#: Latin letters and signs of full width, and capitals, count as the small ones of half width.
_FOLDED: Final = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **{ord(sign): ord(sign.lower()) for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{wide: wide - 0xFEE0 + 0x20 for wide in range(0xFF21, 0xFF3B)},
}


def mask(text: str, names: Iterable[str]) -> str:
    """Return `text` without these names, in any spacing, and without numbers that tell who somebody is."""
    return Mask(names).hide(text)


class Mask:
    """Names to hide in many texts. A name of one character is none."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Take names of people and bodies as they were typed: several in one answer are hidden each by itself."""
        self._names = _by_beginning(names)

    def hide(self, text: str, own: Iterable[str] = ()) -> str:
        """Return `text` without these names and those that are only its `own`, and without numbers."""
        return _NUMBERS.sub(NUMBER, _replace(text, self._names, _by_beginning(own)))


_Names = Mapping[str, tuple[str, ...]]


def _by_beginning(names: Iterable[str]) -> _Names:
    """Return what is to be hidden by its first two characters, the longest first."""
    found: dict[str, set[str]] = {}
    for name in names:
        for part in names_in(name):
            found.setdefault(part[:2], set()).add(part)
    return {beginning: tuple(sorted(same, key=len, reverse=True)) for beginning, same in found.items()}


def names_in(answer: str) -> Iterator[str]:
    """Yield what is to be hidden of an answer that names somebody: the whole, and each name in it; without blanks."""
    for part in (answer, *_BETWEEN.split(answer)):
        words = part.split()
        several = len(words) > 1 and min(map(len, words)) > 1  # 张三 李四, but not 张 三
        for name in ("".join(words), *(words if several else ())):
            for bare in (name, _BESIDE.sub("", name)):
                folded = bare.translate(_FOLDED)
                if len(folded) > 1 and folded not in _NOBODY and _BESIDE.sub("", folded) and stand_in(folded) != folded:
                    yield folded


def stand_in(name: str) -> str:
    """Return what is put in a name's place: 张某, 某单位, or 某某 for what is neither a person nor a body we know."""
    if _BODY.search(name):
        return SOME_BODY
    two = _FAMILY_OF_TWO.match(name)
    family = two[0] if two else name[:1]
    if (two or family in _FAMILY) and len(name) - len(family) in _GIVEN:
        return family + "某"
    return SOMEBODY


def _replace(text: str, *names: _Names) -> str:
    """Replace names from the left, the longest that begins there. Blanks inside (张　三) do not save one."""
    places = [at for at, sign in enumerate(text) if not sign.isspace()]
    bare = "".join([text[at] for at in places]).translate(_FOLDED)
    done: list[str] = []
    at = kept = 0
    while at < len(bare) - 1:
        name = _name_at(bare, at, names)
        if name:
            done += (text[kept : places[at]], stand_in(name))
            at += len(name)
            kept = places[at - 1] + 1
        else:
            at += 1
    return "".join((*done, text[kept:]))


def _name_at(bare: str, at: int, names: Iterable[_Names]) -> str:
    """Return the longest name that begins at this place, "" for none."""
    beginning = bare[at : at + 2]
    found = ""
    for each in names:
        for name in each.get(beginning, ()):
            if len(name) > len(found) and bare.startswith(name, at):
                found = name
    return found
