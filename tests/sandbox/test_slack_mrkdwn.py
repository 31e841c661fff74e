"""Slack's markup becomes safe HTML, and dates speak the reader's zone and language."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.mrkdwn import Reader, plain_to_html, to_html

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
READER = Reader({"UANNA": "Anna <b>"}, {"CLEADS": "leads"}, now=NOON)
GERMAN = Reader(tz="Europe/Berlin", locale="de-DE", now=NOON)
LINK = 'rel="noreferrer" target="_blank"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~ `code`", "<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("2*3*4 a_b_c * no * *", "2*3*4 a_b_c * no * *"),
        ("```\na *b*\n```", "<pre>a *b*</pre>"),
        ("> one\n&gt; two\nthree", "<blockquote>one<br>two</blockquote>three"),
        (">>> one\ntwo", "<blockquote>one<br>two</blockquote>"),
        ("one\ntwo", "one<br>two"),
        ("<https://x.example/?a=1&amp;b=2|label>", f'<a href="https://x.example/?a=1&amp;b=2" {LINK}>label</a>'),
        ("*<https://x.example|Name>*", f'<strong><a href="https://x.example" {LINK}>Name</a></strong>'),
        ("<mailto:a@b.example>", f'<a href="mailto:a@b.example" {LINK}>a@b.example</a>'),
        ("https://x.example.", f'<a href="https://x.example" {LINK}>https://x.example</a>.'),
        ("<@UANNA>", '<span class="mention">@Anna &lt;b&gt;</span>'),
        ("<@UNEW|bob> <#CLEADS>", '<span class="mention">@bob</span> <span class="mention">#leads</span>'),
        ("<!here>", '<span class="mention everyone">@here</span>'),
        ("&amp;lt; &lt;b&gt; &copy;", "&amp;lt; &lt;b&gt; &amp;copy;"),
        (":sparkles:", '<span class="emoji" role="img" aria-label="sparkles">✨</span>'),
        (":no_such_thing:", ":no_such_thing:"),
    ],
)
def test_markup(text: str, html: str) -> None:
    """Each kind of markup has its element, and what is none stays as it was written."""
    assert to_html(text, READER) == html


def test_verbatim_makes_no_links() -> None:
    """Text of strangers is not made clickable."""
    assert to_html("https://x.example a@b.example", READER, verbatim=True) == "https://x.example a@b.example"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<javascript:alert(1)|click>",
        "<data:text/html;base64,AAAA|click>",
        '<https://x.example/"onmouseover="alert(1)|x>',
        "<https://x|<img src=x onerror=alert(1)>>",
        "`<img src=x onerror=alert(1)>`",
        "```<img src=x onerror=alert(1)>```",
        '<!date^1764060000^"><img src=x onerror=alert(1)>|x>',
        "<!date^1764060000^{date}^javascript:alert(1)|x>",
        "<@UANNA|<img src=x>>",
        "\x000\x00 `x`",
        ':"><img src=x>:',
    ],
)
def test_hostile_text(hostile: str) -> None:
    """Nothing that a contact may be called becomes an element or an attribute of the page."""
    for html in (to_html(hostile, READER), plain_to_html(hostile)):
        elements = _Elements(html).found
        assert {tag for tag, _ in elements} <= {"a", "br", "code", "pre", "span", "time"}
        assert {name for _, attributes in elements for name in attributes} <= ATTRIBUTES
        assert all(attributes["href"].startswith("https://x") for tag, attributes in elements if tag == "a")


ATTRIBUTES = {"href", "rel", "target", "class", "datetime", "title"}


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@given(st.text(st.sampled_from("*_~`<>&|@#!^:/\\\"'\n ab1xhtps{}\x00"), max_size=60))
def test_any_text_is_safe(text: str) -> None:
    """Whatever is written, only our own elements appear, and every quote of an attribute is closed."""
    html = to_html(text, READER)
    for opened in html.split("<")[1:]:
        assert opened.startswith(("strong", "em>", "s>", "code", "pre", "a ", "br", "blockquote", "span", "time", "/"))
        assert opened.partition(">")[0].count('"') % 2 == 0
    assert "\x00" not in html


@pytest.mark.parametrize(
    ("tokens", "english", "german"),
    [
        ("{date_num}", "2026-11-24", "2026-11-24"),
        ("{date}", "November 24th", "24. November"),
        ("{date_short}", "Nov 24", "24. Nov."),
        ("{date_long}", "Tuesday, November 24th", "Dienstag, 24. November"),
        ("{date_pretty}", "yesterday", "gestern"),
        ("{time}", "10:05 PM", "22:05"),
        ("{time_secs}", "10:05:09 PM", "22:05:09"),
        ("{ago}", "14 hours ago", "vor 14 Stunden"),
        ("at {time} {nonsense}", "at 10:05 PM {nonsense}", "at 22:05 {nonsense}"),
    ],
)
def test_dates(tokens: str, english: str, german: str) -> None:
    """Tokens are told in the reader's zone and words, the year only when it is more than half a year away."""
    unix = int(datetime(2026, 11, 24, 21, 5, 9, tzinfo=UTC).timestamp())

    assert f">{english}</time>" in to_html(f"<!date^{unix}^{tokens}|then>", READER)
    assert f">{german}</time>" in to_html(f"<!date^{unix}^{tokens}|then>", GERMAN)


def test_far_dates_have_a_year() -> None:
    """A year ago is told with its year, a moment that is none by its fallback."""
    assert "Nov 24, 2025" in to_html("<!date^1763985909^{date_short}|then>", READER)
    assert to_html("<!date^nonsense^{date}|then>", READER) == "then"
    assert to_html("<!date^99999999999999999^{date}|then>", READER) == "then"
