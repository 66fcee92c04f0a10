"""Who a unit's people of the campaign are 联系人 (plan: D2, annex 1).

Facts it reads, all of which may be missing: `contact_name` and `contact_phone` of whoever fills it in, `head_name` and
`head_phone` of the unit's head, who is offered as the leader in charge: often that is a deputy of theirs.
"""

from __future__ import annotations

from typing import Final

from bot.core.fields import Phone, Text
from bot.core.form import Field, Form

CONTACT_SHEET: Final = Form(
    "contact_sheet",
    version=1,
    title="专项整治联系人",
    intro="已登记的联系人姓名、电话会自动填好，最后核对时可以修改。",
    fields=(
        Field(
            "leader_name",
            "本单位分管专项整治的领导是谁？",
            Text(most=30),
            column="分管领导",
            prefill="head_name",
            example="张某",
        ),
        Field(
            "leader_post",
            "分管领导担任什么职务？",
            Text(most=40, suggestions=("主任", "副主任", "中队长", "副中队长")),
            column="分管领导职务",
            example="副主任",
        ),
        Field("leader_phone", "分管领导的联系电话是多少？", Phone(), column="分管领导电话", prefill="head_phone"),
        Field(
            "contact_name",
            "本单位由谁负责联系和信息报送？",
            Text(most=30),
            column="联系人",
            follows="contact_name",
            example="赵某",
        ),
        Field(
            "contact_post",
            "联系人担任什么职务？",
            Text(most=40, suggestions=("科员", "办事员", "执法人员", "工作人员")),
            column="联系人职务",
            example="科员",
        ),
        Field("contact_phone", "联系人的联系电话是多少？", Phone(), column="联系人电话", follows="contact_phone"),
        Field(
            "note",
            "还有需要说明的情况吗？",
            Text(most=300),
            column="备注",
            optional=True,
            example="联系人外出时请联系钱某",
        ),
    ),
)
