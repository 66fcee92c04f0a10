"""Every refusal, as a key with facts; the sentences are in `bot.texts.problems`."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - the field's word: a refusal a person is told of, not a defect
    """Something a person asked that cannot be done. `key` names the sentence, `facts` fill its blanks.

    Raised by core and services; caught only at the edge of a use case, which answers with one friendly sentence.
    """

    def __init__(self, key: str, **facts: object) -> None:
        """Keep the key of the sentence and the facts it mentions."""
        super().__init__(key)
        self.key = key
        self.facts = facts
