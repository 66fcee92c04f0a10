"""Choosing in two steps: the area, then its item; by buttons, words or numbers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fields import More, Nested
from bot.core.messages import Command, FileRef, Said, Sent, SharedPhone, Tapped, Unreadable
from bot.core.problems import Problem

if TYPE_CHECKING:
    from bot.core.messages import Event

NOW = datetime(2020, 7, 8, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FACTS: dict[str, Any] = {
    "items": [
        ["rules", "执法制度", ["两法衔接", "权责清单/运行", "其他"]],
        ["empty", "没有项目", []],
        ["public", "社会监督", ["政务公开", "其他", "执法制度"]],
        ["staff", "行政执法队伍和人员的全面建设", ["执法人员资格和证件的统一管理"]],
    ]
}
KIND = Nested("items")


def read(event: Event, held: object = None) -> Any:  # noqa: ANN401 - an answer or More
    return KIND.read(event, NOW, FACTS, held)


def says(text: str, held: object = None) -> Any:  # noqa: ANN401 - an answer or More
    return read(Said(text), held)


def refused(event: Event, held: object = None) -> str:
    with pytest.raises(Problem) as refusal:
        read(event, held)
    return refusal.value.key


def labels(held: object = None) -> list[str]:
    return [label for row in KIND.keyboard(NOW, FACTS, held) for label, _ in row]


def test_an_area_is_opened_and_an_item_taken() -> None:
    assert labels() == ["执法制度", "社会监督", "行政执法队伍和人员的全面建设"]  # one without items is not offered
    assert read(Tapped("a:1")) == More("public")
    assert labels("public") == ["政务公开", "其他", "执法制度", "‹ 换一个方面"]
    assert read(Tapped("o:1"), "public") == "public/其他"
    assert read(Tapped("r"), "public") == More("")
    assert labels("") == labels()


@pytest.mark.parametrize(
    ("typed", "held", "read_as"),
    [
        ("执法制度", None, More("rules")),  # what is on a button, though another area has an item of that name
        ("执法制度", "public", "public/执法制度"),
        (" 社会 监督 ", None, More("public")),
        ("2", None, More("public")),
        ("２．", None, More("public")),
        ("第一个", "rules", None),
        ("2", "rules", "rules/权责清单/运行"),
        ("二", "public", "public/其他"),
        ("权责清单/运行", None, "rules/权责清单/运行"),
        ("权责清单／运行", "rules", "rules/权责清单/运行"),
        ("其他", "public", "public/其他"),
        ("其他", None, None),  # two areas have it
        ("社会监督－其他", None, "public/其他"),
        ("社会监督-其他", "rules", "public/其他"),
        ("社会监督", "rules", More("public")),  # another area than the open one
        ("政务公开", "rules", "public/政务公开"),
        ("‹ 换一个方面", "rules", More("")),
        ("换一个方面", "rules", More("")),
        ("换一个方面", None, None),
        ("4", None, None),
        ("3", "staff", None),  # areas have no numbers while one is open
        ("0", "rules", None),
        ("", None, None),
        ("\u200b", "rules", None),
        ("没有项目", None, None),
        ("字" * 5000, None, None),
    ],
)
def test_words_and_numbers_do_as_well(typed: str, held: object, read_as: object) -> None:
    if read_as is None:
        assert refused(Said(typed), held) == "choice_unknown"
    else:
        assert says(typed, held) == read_as


@pytest.mark.parametrize("held", [None, "", "gone", "empty", 7, ["rules"], {"a": 1}])
def test_an_area_that_is_no_longer_there_is_not_open(held: object) -> None:
    assert labels(held) == labels()
    assert "【" not in KIND.hint(FACTS, held)
    assert refused(Tapped("o:0"), held) == "button_unknown"
    assert refused(Tapped("r"), held) == "button_unknown"
    assert says("1", held) == More("rules")


@pytest.mark.parametrize("action", ["o:3", "o:-1", "o:", "o:x", "o:１", "o:9999", "a:0", "r:1", "k", "t:0:1", "o:0:0"])
def test_a_button_of_another_page_is_refused(action: str) -> None:
    assert refused(Tapped(action), "rules") == "button_unknown"


@pytest.mark.parametrize("action", ["a:3", "a:", "a:x", "a:-1", "a:٢", "o:0", "r", ""])
def test_a_button_that_opens_nothing_is_refused(action: str) -> None:
    assert refused(Tapped(action)) == "button_unknown"


def test_what_is_no_choice_is_refused() -> None:
    assert refused(Sent(FileRef("a", "图.jpg", 5)), "rules") == "file_unwanted"
    assert refused(SharedPhone("13800000000")) == "phone_unwanted"
    assert refused(Unreadable("voice")) == "unreadable_voice"
    assert refused(Command("x")) == "command_unwanted"


def test_long_names_are_listed_under_the_name_of_their_area() -> None:
    assert KIND.hint(FACTS, "rules") == "【执法制度】"
    assert KIND.hint(FACTS, "staff") == "【行政执法队伍和人员的全面建设】\n1. 执法人员资格和证件的统一管理"
    assert KIND.hint(FACTS, None).splitlines()[-1] == "3. 行政执法队伍和人员的全面建设"


def test_a_value_is_shown_as_area_and_item() -> None:
    assert KIND.show("rules/权责清单/运行", FACTS) == "执法制度－权责清单/运行"
    assert KIND.cell("public/其他", FACTS) == "社会监督－其他"
    assert KIND.show("former/旧项目", FACTS) == "former－旧项目"
    assert KIND.show("rules", FACTS) == "执法制度"


@pytest.mark.parametrize(
    "value", ["rules", "rules/", "/其他", "", "rules/政务公开", "former/其他", 3, None, ["rules/其他"]]
)
def test_only_an_item_with_its_area_is_an_answer(value: object) -> None:
    assert not KIND.valid(value, FACTS)
    assert KIND.valid("rules/权责清单/运行", FACTS)


def test_without_items_there_is_nothing_to_ask() -> None:
    assert KIND.askable(FACTS)
    assert not KIND.askable({"items": [["empty", "没有项目", []]]})
    assert not KIND.askable({})


@given(
    st.lists(
        st.tuples(
            st.from_regex("[a-z][a-z0-9]{0,5}", fullmatch=True),
            st.text("甲乙丙丁/－ ", min_size=1, max_size=5).filter(str.strip),
            st.lists(st.text("甲乙丙丁/－1 ", min_size=1, max_size=5).filter(str.strip), max_size=5, unique=True),
        ),
        max_size=5,
        unique_by=lambda group: group[0],
    )
)
def test_every_button_leads_to_an_answer_that_fits(groups: list[tuple[str, str, list[str]]]) -> None:
    facts = {"items": groups}
    for row in KIND.keyboard(NOW, facts, None):
        for _, action in row:
            opened = KIND.read(Tapped(action), NOW, facts)
            assert isinstance(opened, More)
            *items, back = (key for keys in KIND.keyboard(NOW, facts, opened.held) for key in keys)
            taken = [KIND.read(Tapped(item), NOW, facts, opened.held) for _, item in items]
            assert taken == [
                f"{opened.held}/{item}" for key, _, inner in groups if key == opened.held for item in inner
            ]
            assert all(KIND.valid(value, facts) and KIND.show(value, facts) for value in taken)
            assert KIND.read(Tapped(back[1]), NOW, facts, opened.held) == More("")
