"""Comments: Slack's text to Cutover's HTML, and back, without anything foreign in between."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.html import from_html, quoted, readable, to_html, typed_html
from bot.blocks.text import Mrkdwn
from bot.errors import BadInput
from bot.model import Text

OURS = {"p", "b", "ul", "li", "code"}
SCRAPS = st.sampled_from(
    [
        "<script>",
        "&lt;b&gt;",
        "<@U1|sam>",
        "*a*",
        "`c`",
        "```\nx\n```",
        "• i\n",
        "\n",
        "</p>",
        "&amp;",
        "<!here>",
        "\x00",
        "_",
    ]
)
ANY = st.lists(st.one_of(SCRAPS, st.text(max_size=10)), max_size=12).map("".join)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, int]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, len(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("said", "html"),
    [
        ("done", "<p>done</p>"),
        ("one\ntwo", "<p>one</p><p>two</p>"),
        ("*bold* and _soft_", "<p><b>bold</b> and soft</p>"),
        ("2*3*4 snake_case_name", "<p>2*3*4 snake_case_name</p>"),
        ("run `a < b`", "<p>run <code>a &lt; b</code></p>"),
        ("run `a &lt; *b*`", "<p>run <code>a &lt; *b*</code></p>"),
        ("```\nx = 1\ny = 2\n```", "<p><code>x = 1</code></p><p><code>y = 2</code></p>"),
        ("a\n```\nx = *1*\n```\n*b*", "<p>a</p><p><code>x = *1*</code></p><p><b>b</b></p>"),
        ("<!subteam^S0DBA|@dba> and <!subteam^S0NET>", "<p>@dba and @S0NET</p>"),
        ("• a\n• b\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("<@U0SAM000002|sam> see <#C0DCFAILOVR|dc-failover>", "<p>@sam see #dc-failover</p>"),
        ("<@U0SAM000002>", "<p>@U0SAM000002</p>"),
        ("<https://a.example/x?a=1&amp;b=2|log>", "<p>log (https://a.example/x?a=1&amp;b=2)</p>"),
        ("<https://a.example>", "<p>https://a.example</p>"),
        ("<mailto:a@b.example|a@b.example>", "<p>a@b.example</p>"),
        ("<!date^1^{time}|22:00 UTC> <!here>", "<p>22:00 UTC @here</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("&lt;b&gt;no&lt;/b&gt;", "<p>&lt;b&gt;no&lt;/b&gt;</p>"),
        ("&amp;lt;", "<p>&amp;lt;</p>"),
        ("a\x00\x1bb", "<p>ab</p>"),
    ],
)
def test_to_html(said: str, html: str) -> None:
    assert to_html(said) == html


def test_names_can_be_given() -> None:
    assert to_html("<@U0SAM000002> ok", names={"U0SAM000002": "Sam <Reyes>"}) == "<p>@Sam &lt;Reyes&gt; ok</p>"


@pytest.mark.parametrize("said", ["", "  \n ", "\u200b", "```\n```"])
def test_nothing_to_say_is_refused(said: str) -> None:
    with pytest.raises(BadInput):
        to_html(said)


def test_too_long_is_refused_with_the_numbers() -> None:
    assert to_html("x" * 8_000)
    with pytest.raises(BadInput, match=r"8,001 characters.*8,000"):
        to_html("x" * 8_001)


@given(ANY)
def test_only_our_tags_ever_come_out(said: str) -> None:
    try:
        made = to_html(said)
    except BadInput:
        return
    tags = Tags()
    tags.feed(made)
    tags.close()
    assert not tags.open
    assert {tag for tag, _ in tags.seen} <= OURS
    assert all(count == 0 for _, count in tags.seen)


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Z", "M"), exclude_characters="*_`•◦-<>&~:"), min_size=1
    )
)
def test_words_come_back_as_they_were(words: str) -> None:
    shown = re.sub("[\u2068\u2069\u200a]", "", from_html(Text(to_html(words)), 10_000))
    assert shown.replace("&amp;", "&") == words


@given(ANY)
def test_a_stored_comment_cannot_act(content: str) -> None:
    assert not re.search("[<>]", from_html(Text(content)))


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
        ("x<script>evil()</script>y", "xy"),
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<", "&lt;"),
        ("", "(blank)"),
    ],
)
def test_from_html(stored: str, shown: str) -> None:
    assert from_html(Text(stored)) == shown


def test_a_long_comment_is_cut() -> None:
    shown = from_html(Text("<p>" + "x" * 5_000 + "</p>"), 600)
    assert len(shown) == 600
    assert shown.endswith("…")
    assert from_html(Text("<p>" + "x" * 700 + "</p>")) == "x" * 599 + "…"
    assert from_html(Text("<br>".join("abcdefghij"))) == "a\nb\nc\nd\ne\nf\ng\nh\ni\nj"
    assert from_html(Text("<br>".join("abcdefghijk"))).endswith("\nj…")


def test_text_that_was_typed_is_not_what_slack_sends() -> None:
    assert typed_html("a < b & *c* &lt; <@U1>") == "<p>a &lt; b &amp; <b>c</b> &amp;lt; &lt;@U1&gt;</p>"


def test_a_message_is_readable_as_it_was_typed() -> None:
    said = "<@U0SAM000002> &amp; <@U0DANA00001|dana>: <https://a.example|log> &lt;5 min, *now*"
    assert readable(said, {"U0SAM000002": "Sam"}) == "@Sam & @dana: log (https://a.example) <5 min, *now*"
    assert readable("<@U0SAM000002>") == "@U0SAM000002"


def test_quoted_marks_each_line() -> None:
    assert quoted(Mrkdwn("a\nb")) == "> a\n> b"
