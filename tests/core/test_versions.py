"""What one version says otherwise than another: nothing is left out, nothing made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.versions import Change, changes, files_changed

FILES = st.lists(
    st.builds(lambda sign, name: {"sha256": sign * 64, "name": name}, st.sampled_from("abc"), st.text(max_size=3)),
    unique_by=lambda each: each["sha256"],
    max_size=3,
)
ANSWERS = st.dictionaries(
    st.sampled_from(("done", "found", "next", "files", "ledger")),
    st.text(max_size=3) | st.integers(2, 5) | FILES | st.lists(st.sampled_from("xyz"), max_size=2),
)


def applied(before: dict[str, object], made: tuple[Change, ...]) -> dict[str, object]:
    answers = {**before, **{each.key: each.after for each in made}}
    return {key: value for key, value in answers.items() if value is not None}


@given(ANSWERS, ANSWERS)
def test_the_changes_make_the_new_of_the_old(before: dict[str, object], after: dict[str, object]) -> None:
    made = changes(before, after, ["found", "done"])
    assert applied(before, made) == after
    assert (made == ()) == (before == after)
    assert changes(after, before, ["found", "done"]) == tuple(Change(c.key, c.after, c.before) for c in made)
    assert [each.key for each in made if each.key in {"found", "done"}] == [
        key for key in ("found", "done") if before.get(key) != after.get(key)
    ]


@given(FILES, FILES)
def test_every_file_is_added_removed_or_there_in_both(
    before: list[dict[str, str]], after: list[dict[str, str]]
) -> None:
    added, removed = files_changed(Change("files", before or None, after or None))
    kept = {each["sha256"] for each in before} & {each["sha256"] for each in after}
    assert len(added) + len(kept) == len(after)
    assert len(removed) + len(kept) == len(before)
