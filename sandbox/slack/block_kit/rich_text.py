"""The rich_text block: its sections, lists, quotes and preformatted text, and what stands in them."""

from sandbox.slack.block_kit.rules import Rule, array, flag, kind, link, one_of, shape, string, whole

_STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "unlink"), flag))


def _inline(**required: Rule) -> Rule:
    return shape(required, {"style": _STYLE})


_INLINE: Rule = kind(
    {
        "text": _inline(text=string(100_000)),
        "link": shape({"url": link}, {"text": string(100_000), "unsafe": flag, "style": _STYLE}),
        "user": _inline(user_id=string(30)),
        "usergroup": _inline(usergroup_id=string(30)),
        "channel": _inline(channel_id=string(30)),
        "team": _inline(team_id=string(30)),
        "broadcast": _inline(range=one_of("here", "channel", "everyone")),
        "emoji": shape({"name": string(100)}, {"unicode": string(100), "skin_tone": whole(1, 6), "style": _STYLE}),
        "color": _inline(value=string(20)),
        "date": shape(
            {"timestamp": whole(0, 9_999_999_999), "format": string(200)},
            {"url": link, "fallback": string(1000), "style": _STYLE},
        ),
    }
)
_INLINES = array(_INLINE, 0, 10_000)
_SECTION = shape({"elements": _INLINES}, {})
_BORDERED = shape({"elements": _INLINES}, {"border": whole(0, 1), "language": string(50)})
RICH_TEXT: Rule = array(
    kind(
        {
            "rich_text_section": _SECTION,
            "rich_text_quote": _BORDERED,
            "rich_text_preformatted": _BORDERED,
            "rich_text_list": shape(
                {
                    "elements": array(kind({"rich_text_section": _SECTION}), 1, 1000),
                    "style": one_of("bullet", "ordered"),
                },
                {"indent": whole(0, 8), "border": whole(0, 1), "offset": whole(0, 1000)},
            ),
        }
    ),
    1,
    1000,
)
