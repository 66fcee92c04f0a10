"""What is put up in public tells of no person: neither by name nor by number."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.masking import NUMBER, SOME_BODY, SOMEBODY, Mask, mask, names_in, stand_in


@pytest.mark.parametrize(
    ("text", "names", "shown"),
    [
        ("当事人张小三未到场，由李四代签。", ["张小三", "李四"], "当事人张某未到场，由李某代签。"),
        ("兴旺农资店销售台账不全。", ["兴旺农资店"], "某单位销售台账不全。"),
        ("某区兴旺农业有限公司台账不全。", ["某区兴旺农业有限公司"], "某单位台账不全。"),
        ("欧阳小明和欧阳明。", ["欧阳小明", "欧阳明"], "欧阳某和欧阳某。"),
        ("由阿布都热西提签字。", ["阿布都热西提"], "由某某签字。"),
        ("张　三、张 三、张\n三均在场。", ["张三"], "张某、张某、张某均在场。"),
        ("张三均在场。", ["张 三"], "张某均在场。"),
        ("ABC商行和ａｂｃ商行", ["abc商行"], "某单位和某单位"),
        ("经办人张三丰，不是张三。", ["张三", "张三丰"], "经办人张某，不是张某。"),
        ("与张某有关。", ["张某"], "与张某有关。"),
        ("群众反映企业不公开。", ["群众", "企业", "不详"], "群众反映企业不公开。"),
        ("一三五有人值班。", ["三", ""], "一三五有人值班。"),
    ],
)
def test_names_are_hidden(text: str, names: list[str], shown: str) -> None:
    assert mask(text, names) == shown


@pytest.mark.parametrize(
    ("answer", "hidden"),
    [
        ("张三、李四等3户", {"张三", "李四"}),
        ("张三 李四", {"张三", "李四"}),
        ("兴旺农资店（负责人：张三）", {"兴旺农资店", "张三"}),
        ("农户张三", {"张三"}),
        ("张三主任", {"张三"}),
    ],
)
def test_several_names_in_one_answer_are_hidden_each_by_itself(answer: str, hidden: set[str]) -> None:
    assert hidden <= set(names_in(answer))
    for name in hidden:
        assert name not in mask(f"经查，{name}未签字", [answer])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13800000000。", "电话××。"),
        ("电话138-0000-0000、138 0000 0000", "电话××、××"),
        ("电话１３８００００００００", "电话××"),
        ("座机0371-66660000转8、（0371）6666000", "座机××、××"),
        ("热线400-000-0000", "热线××"),
        ("身份证41010119000101001X、410101 19000101 0019", "身份证××、××"),
        ("卡号6222 0000 0000 0000 123", "卡号××"),
        ("邮箱zhang.san@example.com，已回复", "邮箱××，已回复"),
        ("车牌豫A12345、豫A·D12345、豫a12345学", "车牌××、××、××"),
        ("收割机豫01-12345", "收割机××"),
    ],
)
def test_numbers_that_tell_who_it_is_are_hidden(text: str, shown: str) -> None:
    assert mask(text, []) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-31前补正卷宗3份，见某农执〔2020〕3号。",
        "2020年7月9日至7月31日，罚款5000元，涉及面积120.5亩。",
        "编号NJ-2020-003，执行GB 4789.2-2016。",
        "第12条第3款，A4纸打印，新A4。",
        "",
    ],
)
def test_dates_sums_and_paragraphs_stay(text: str) -> None:
    assert mask(text, []) == text


LETTERS = "张王李三四五小明兴旺农资店公司的在，。 a1"
TEXTS = st.text(st.sampled_from(LETTERS), max_size=60)
NAMES = st.lists(st.text(st.sampled_from(LETTERS.replace(" ", "")), min_size=2, max_size=8), max_size=5)


@given(TEXTS, NAMES)
def test_no_given_name_survives(text: str, names: list[str]) -> None:
    shown = "".join(mask(text, names).split())

    for name in names:
        if name in set(names_in(name)):  # 暂无, 张某: not names
            assert name not in shown


@given(st.text(st.characters(codec="utf-8"), max_size=80), NAMES)
def test_no_long_number_survives(text: str, names: list[str]) -> None:
    assert not re.search(r"\d{7}", mask(text, names))


@given(st.from_regex(r"\A[的在，a ]{0,5}1[3-9]([ -]?\d){9}[的在，a ]{0,5}\Z"))
def test_no_phone_survives_however_it_is_grouped(text: str) -> None:
    assert not re.search(r"\d", mask(text, []))


@given(TEXTS)
def test_nothing_else_is_dropped(text: str) -> None:
    assume(not re.search(r"\d{4}", text))

    assert mask(text, []) == text


@given(TEXTS, NAMES, NAMES)
def test_known_names_and_an_entry_s_own_are_hidden_alike(text: str, known: list[str], own: list[str]) -> None:
    assert Mask(known).hide(text, own) == mask(text, [*known, *own])


@given(st.text(st.sampled_from("张王欧阳农三店公司"), min_size=2, max_size=10))
def test_what_is_put_in_a_name_s_place_is_one_of_three_things(name: str) -> None:
    shown = stand_in(name)

    assert shown in {SOMEBODY, SOME_BODY} or (shown.endswith("某") and name.startswith(shown[:-1]))
    assert NUMBER not in shown
