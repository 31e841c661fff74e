"""The account in Slack: what its people did, the last weeks as a picture, and who they are, page by page."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.activity_chart import activity_chart
from bot.blocks.contact_message import campaigns_line, numbers
from bot.blocks.elements import Block, Message, actions, button, context, section
from bot.blocks.reader import Reader
from bot.blocks.search_results import LONGEST_QUERY, LONGEST_ROW, SHOW_PERSON
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, address, bold, escape, fit, plain
from bot.texts import Texts
from storage.account_card import AccountCard, AccountPerson
from storage.account_search import AccountHit, AccountsFound
from storage.performance import Performance

SHOW_ACCOUNT: Final = "show_account"
MORE_PEOPLE: Final = "account_more"
MOST_PEOPLE: Final = 8
MOST_DOMAINS: Final = 5


def account_message(card: AccountCard, reader: Reader) -> Message:
    """A page of an account."""
    blocks = [
        section(_head(card)),
        section(_interest(card, reader)),
        *activity_chart(card.weeks, reader),
        section([_people_head(card, reader)]),
        *(_person(one, reader) for one in card.people),
        *_more(card, reader),
    ]
    told = reader.texts("account_text", name=_name(card), numbers=_numbers(card, reader.texts))
    names = [escape(one.name or one.email or "") for one in card.people if one.name or one.email]
    return Message(fit([told, *names], LONGEST_TEXT, ", "), blocks)


def account_list(query: str, found: AccountsFound, reader: Reader) -> Message:
    """Several accounts to pick from, each with *Show*."""
    key = "accounts_alike" if found.is_suggestion else "accounts_found"
    told = reader.texts(key, query=escape(query, LONGEST_QUERY))
    names = [escape(hit.name) for hit in found.hits]
    head = reader.texts(key, query=bold(query, LONGEST_QUERY))
    return Message(
        fit([told, *names], LONGEST_TEXT, " "), [section([head]), *(_hit(hit, reader) for hit in found.hits)]
    )


def no_account(query: str, found: AccountsFound, reader: Reader) -> Message:
    """None is meant, and what can be done."""
    key = "account_free_mail" if found.is_free_mail else "account_unknown"
    hint = reader.texts("account_free_mail_hint" if found.is_free_mail else "account_unknown_hint")
    told = reader.texts(key, query=escape(query, LONGEST_QUERY))
    return Message(f"{told} {hint}", [section([reader.texts(key, query=bold(query, LONGEST_QUERY))]), context([hint])])


def page_value(account_id: int, skipped: int) -> str:
    """By what a button names a page of an account."""
    return f"{account_id} {skipped}"


def _name(card: AccountCard) -> str:
    return plain(card.name) or card.domains[0]


def _head(card: AccountCard) -> list[Mrkdwn]:
    domains = ", ".join([*card.domains[:MOST_DOMAINS], *(["…"] if len(card.domains) > MOST_DOMAINS else [])])
    return [bold(_name(card)), *([escape(domains, LONGEST_ROW)] if domains != card.name else [])]


def _numbers(card: AccountCard, texts: Texts) -> Mrkdwn:
    if card.counted_only_in_groups:
        return texts("counted_only_in_groups")
    counts = card.report.counts
    return numbers(Performance(views=counts.views, clicks=counts.clicks, click_rate=counts.click_rate), texts)


def _interest(card: AccountCard, reader: Reader) -> list[Mrkdwn]:
    texts, report = reader.texts, card.report
    told = [Mrkdwn(f"*{_numbers(card, texts)}*")]
    if report.unique_clickers:
        told.append(texts.count("people_clicked", report.unique_clickers))
    if report.recent_clicks:
        told.append(texts("last_click", when=reader.when(report.recent_clicks[0].occurred_at)))
    if report.counts.machine_clicks:
        told.append(texts.count("machines", report.counts.machine_clicks))
    lines = [Mrkdwn(" · ".join(told))]
    if report.popular_campaigns:
        lines.append(Mrkdwn(f"{texts('most_clicked')}: {campaigns_line(report.popular_campaigns)}"))
    return lines


def _people_head(card: AccountCard, reader: Reader) -> Mrkdwn:
    if not card.people:
        return reader.texts("account_nobody")
    if card.people_total == len(card.people):
        return reader.texts("account_people")
    last = card.skipped + len(card.people)
    return reader.texts("account_page", first=card.skipped + 1, last=last, n=card.people_total)


def _person(person: AccountPerson, reader: Reader) -> Block:
    texts, performance = reader.texts, person.performance
    name = bold(person.name or person.email or "") or texts("no_name")
    told = [texts("counted_only_in_groups") if person.counted_only_in_groups else numbers(performance, texts)]
    if performance.last_click_at:
        told.append(texts("last_click", when=reader.when(performance.last_click_at)))
    if person.is_opted_out:
        told.append(texts("account_opted_out"))
    lines = [
        name if person.contact_id else texts("account_lead", who=name),
        *([address(person.email)] if person.name and person.email else []),
        Mrkdwn(" · ".join(told)),
    ]
    return section([fit(lines, LONGEST_ROW)], accessory=_show(person, reader))


def _show(person: AccountPerson, reader: Reader) -> Block:
    kind, id_ = (SubjectKind.CONTACT, person.contact_id) if person.contact_id else (SubjectKind.LEAD, person.lead_id)
    about = plain(person.name or person.email or "")
    return button(reader.texts.plain("show"), SHOW_PERSON, str(Subject(kind, id_ or 0)), about=about)


def _more(card: AccountCard, reader: Reader) -> list[Block]:
    shown = card.skipped + len(card.people)
    if shown >= card.people_total:
        return []
    more = button(reader.texts.plain("account_more"), MORE_PEOPLE, page_value(card.id, shown), about=_name(card))
    return actions([more])


def _hit(hit: AccountHit, reader: Reader) -> Block:
    show = button(reader.texts.plain("show"), SHOW_ACCOUNT, page_value(hit.id, 0), about=plain(hit.name))
    lines = [bold(hit.name), *_domains_of(hit)]
    return section([fit([line for line in lines if line], LONGEST_ROW)], accessory=show)


def _domains_of(hit: AccountHit) -> Sequence[Mrkdwn]:
    told = ", ".join(hit.domains[:MOST_DOMAINS])
    return [escape(told, LONGEST_ROW)] if told != hit.name else []
