"""What the visitor does on the page: each form, and what it does in HubSpot, Slack or the inbox."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from multidict import MultiDict

from sandbox.hubspot import HubSpotSandbox
from sandbox.hubspot.crm import AddressBlocked, AddressTaken, NoSuchRecord
from sandbox.hubspot.writing import BadProperties
from sandbox.mail.gateway import NoBanner
from sandbox.mail.inbox import Inbox
from sandbox.page.place import Place
from sandbox.page.slack_pane import HOME
from sandbox.page.switches import Switches
from sandbox.slack import Modal, SlackSandbox
from sandbox.slack.deliveries import Answer
from sandbox.slack.inputs import Values, typed_values
from sandbox.slack.people import NotThere
from sandbox.slack.suggestions import Unsuitable, searching, with_offers
from sandbox.slack.workspace import BOT_USER

Form = MultiDict[str]
Act = Callable[[Form, Place], Awaitable[Place]]
SUBJECTS: Final = ("Our meeting on Thursday", "The offer you asked for", "Minutes of today's call", "A short question")


class AppSilent(Exception):
    """The app did not take a press or a submission; Slack says so beside the button."""


REFUSED: Final = (
    AddressBlocked,
    AddressTaken,
    BadProperties,
    NoSuchRecord,
    NotThere,
    NoBanner,
    AppSilent,
    KeyError,
    ValueError,
)
"""What a form may come to that is no fault of the page."""


class Acts:
    """
    Args:
        shortcut: the callback id of the app's message shortcut.
    """

    def __init__(
        self, hubspot: HubSpotSandbox, slack: SlackSandbox, inbox: Inbox, switches: Switches, shortcut: str
    ) -> None:
        self._hubspot, self._slack, self._inbox = hubspot, slack, inbox
        self._switches, self._shortcut = switches, shortcut
        self.by_path: Mapping[str, Act] = {
            "/hubspot/add": self._add,
            "/hubspot/remove": self._remove,
            "/hubspot/change": self._change,
            "/hubspot/delete": self._delete,
            "/hubspot/privacy-delete": self._privacy_delete,
            "/slack/say": self._say,
            "/slack/press": self._press,
            "/slack/submit": self._submit,
            "/slack/close": self._close,
            "/slack/shortcut": self._use_shortcut,
            "/slack/home": self._open_home,
            "/inbox/write": self._write,
            "/inbox/scan": self._scan,
            "/switch": self._switch,
        }

    async def _add(self, form: Form, place: Place) -> Place:
        self._hubspot.add_to_list(int(form["list"]), int(form["record"]))
        return place

    async def _remove(self, form: Form, place: Place) -> Place:
        self._hubspot.remove_from_list(int(form["list"]), int(form["record"]))
        return place

    async def _change(self, form: Form, place: Place) -> Place:
        prefix = "property."
        changed = {name.removeprefix(prefix): value.strip() for name, value in form.items() if name.startswith(prefix)}
        self._hubspot.change_contact(int(form["record"]), changed)
        return place

    async def _delete(self, form: Form, place: Place) -> Place:
        self._hubspot.delete(int(form["record"]))
        return replace(place, contact="")

    async def _privacy_delete(self, form: Form, place: Place) -> Place:
        self._hubspot.privacy_delete(int(form["record"]))
        return replace(place, contact="")

    async def _say(self, form: Form, place: Place) -> Place:
        text, channel = form["text"].strip(), form["into"]
        text = text.replace("@Footlight", f"<@{BOT_USER}>")
        command, _, rest = text.partition(" ")
        if command.startswith("/"):
            await self._slack.people.command(place.user, channel, command, rest.strip())
        elif text:
            self._slack.people.say(place.user, channel, text, form.get("thread_ts") or None)
        return place

    async def _press(self, form: Form, place: Place) -> Place:
        action, value = form["action_id"], form.get("value") or None
        option = form.getall("option") if "option" in form else None
        people = self._slack.people
        if view_id := form.get("view_id"):
            _require_ack(await people.press_in_view(place.user, view_id, action, value, option=option))
        else:
            where = form["message_channel"], form["ts"]
            _require_ack(await people.press(place.user, *where, action, value, option=option))
        return place

    async def fill_selects(self, user: str) -> None:
        """Without script nobody can type into a select that searches: what it offers unasked is shown at once."""
        for modal in self._slack.workspace.stacks.get(user, ())[-1:]:
            for element in searching(modal.view["blocks"]):
                if element["action_id"] not in modal.offers:
                    with suppress(Unsuitable):
                        await self._slack.people.suggest(user, modal.id, element["action_id"])

    async def _submit(self, form: Form, place: Place) -> Place:
        modal = self._slack.workspace.modal(form["view_id"])
        if modal is None:
            raise NotThere("that dialog is closed already")
        _require_ack(await self._slack.people.submit(place.user, modal.id, _typed_into(modal, form)))
        return place

    async def _close(self, form: Form, place: Place) -> Place:
        await self._slack.people.close(place.user, form["view_id"])
        return place

    async def _use_shortcut(self, form: Form, place: Place) -> Place:
        where = form["message_channel"], form["ts"]
        _require_ack(await self._slack.people.message_shortcut(place.user, *where, self._shortcut))
        return place

    async def _open_home(self, form: Form, place: Place) -> Place:
        self._slack.people.open_home(place.user)
        return replace(place, channel=HOME)

    async def _write(self, form: Form, place: Place) -> Place:
        subject = SUBJECTS[len(self._inbox.mails) % len(SUBJECTS)]
        mail = await self._inbox.write(form["sender"], form["recipient"], subject)
        return replace(place, mail=str(mail.id))

    async def _scan(self, form: Form, place: Place) -> Place:
        if mail := self._inbox.find(int(place.mail or 0)):
            await self._inbox.scan(mail)
        return place

    async def _switch(self, form: Form, place: Place) -> Place:
        self._switches.flip(form["switch"])
        return place


def _typed_into(modal: Modal, form: Form) -> Values:
    return typed_values(with_offers(modal), {name: form.getall(name) for name in form})


def _require_ack(answer: Answer) -> None:
    """Raises: AppSilent, with the words that Slack's own client has for it."""
    if answer.is_ack:
        return
    if answer.status:
        raise AppSilent(f"This app responded with Status Code {answer.status}.")
    raise AppSilent("Operation timed out. Apps need to respond within 3 seconds.")
