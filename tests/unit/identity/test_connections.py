"""Pairs, sealed tokens and clients, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import ManualClock
from bot.cutover import CutoverClient, Transport
from bot.cutover.features import Features
from bot.errors import BadInput, NotAllowed
from bot.identity import Actor, Connections
from bot.identity.accounts import Account, Accounts
from bot.identity.own import MOST_OPEN, OwnClients, OwnTransport, TokenRefused
from bot.identity.vault import Vault, VaultError, make_key
from bot.model import Comment, Text
from bot.sandbox.cutover import EmbeddedCutover
from bot.slack.people import Member
from bot.store import Database

SAM, MEI = Actor("T1", "U0SAM000002", Text("Sam")), Actor("T1", "U0MEI000003", Text("Mei"))


class Slack:
    def __init__(self) -> None:
        self.members: dict[str, Member | None] = {
            one.user_id: Member(one.user_id, one.name, email)
            for one, email in ((SAM, "Sam.Reyes@harbour.example"), (MEI, "mei.lin@harbour.example"))
        }

    async def known(self, user_id: str) -> Member | None:
        return self.members.get(user_id)


class Desk:
    """Connections over an embedded Cutover; `again` is the bot after a restart, with these keys."""

    def __init__(self, cutover: EmbeddedCutover, session: aiohttp.ClientSession, database: Database) -> None:
        self.cutover, self.session, self.database = cutover, session, database
        self.clock, self.slack, self.key = ManualClock(), Slack(), make_key()
        self.accounts = Accounts(database)
        self.again(self.key)

    def again(self, keys: str | None) -> Connections:
        transport = Transport(self.cutover.url, self.cutover.tokens["bot"], session=self.session, clock=self.clock)
        service = CutoverClient(transport, self.clock)
        self.clients = OwnClients(self.opening, service.features, self.clock)
        vault = Vault(keys) if keys else None
        bot = self.cutover.tokens["bot"]
        self.made = Connections(self.accounts, self.clients, service, self.slack, self.clock, vault, bot)
        return self.made

    def opening(self, token: str) -> OwnTransport:
        return OwnTransport(self.cutover.url, token, session=self.session, clock=self.clock)

    async def connect(self, actor: Actor = SAM, who: str = "sam") -> Account:
        return (await self.made.connect(actor, self.cutover.tokens[who]))[1]


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    shared = request.param == "postgresql"
    url = await request.getfixturevalue("cluster").fresh() if shared else f"sqlite:///{tmp_path / 'bot.db'}"
    database = Database(url)
    await database.open()
    async with EmbeddedCutover(world="small") as cutover, aiohttp.ClientSession() as session:
        yield Desk(cutover, session, database)
    await database.close()


async def test_a_pair_is_made_by_address_and_kept_by_ids(desk: Desk) -> None:
    account = await desk.connect()
    assert account.cutover_id == desk.cutover.world.person("sam").id
    assert await desk.made.of(SAM) == account
    found = await desk.made.client_of(SAM)
    assert found is not None
    assert found[1] == account


async def test_a_client_is_made_once_and_anew_for_another_token(desk: Desk) -> None:
    await desk.connect()
    first, second = await desk.made.client_of(SAM), await desk.made.client_of(SAM)
    assert first is not None
    assert second is not None
    assert first[0] is second[0]
    desk.again(desk.key)
    third = await desk.made.client_of(SAM)
    assert third is not None
    assert third[0] is not first[0]
    await desk.connect()
    fourth = await desk.made.client_of(SAM)
    assert fourth is not None
    assert fourth[0] is not third[0]


async def test_what_another_bot_disconnects_is_disconnected_here(desk: Desk) -> None:
    await desk.connect()
    await Accounts(desk.database).forget(SAM.team_id, SAM.user_id)
    assert await desk.made.client_of(SAM) is None


async def test_a_cutover_user_stands_for_one_slack_user(desk: Desk) -> None:
    await desk.connect()
    desk.slack.members[MEI.user_id] = Member(MEI.user_id, MEI.name, "sam.reyes@harbour.example")
    with pytest.raises(NotAllowed, match="Another Slack user is paired"):
        await desk.connect(MEI, "dana")
    await desk.made.disconnect(SAM.team_id, SAM.user_id, pair=True)
    assert (await desk.connect(MEI, "dana")).cutover_id == desk.cutover.world.person("sam").id


async def test_connecting_again_replaces_the_token_and_forgets_what_was_proven(desk: Desk) -> None:
    await desk.connect()
    comment = Comment(id="1", content=Text("x"), author_id=desk.cutover.world.person("sam").id)
    assert await desk.made.is_author(SAM, "101", comment)
    assert (await desk.accounts.of("T1", SAM.user_id) or Account("", "", "")).proven
    await desk.connect(SAM, "dana")
    assert not (await desk.accounts.of("T1", SAM.user_id) or Account("", "", "")).proven


async def test_an_author_that_cutover_does_not_tell_proves_nothing(desk: Desk) -> None:
    await desk.connect()
    desk.cutover.order([{"path": "/core/action_logs", "times": None, "do": {"status": 405}}])
    assert await desk.made.is_author(SAM, "101", Comment(id="1", content=Text("x")))
    assert not (await desk.accounts.of("T1", SAM.user_id) or Account("", "", "")).proven
    assert await desk.made.is_author(MEI, "101", Comment(id="1", content=Text("x"), author_id="9")), "not connected"


async def test_nobody_without_an_address_or_unknown_to_slack_is_paired(desk: Desk) -> None:
    desk.slack.members[SAM.user_id] = Member(SAM.user_id, SAM.name)
    with pytest.raises(NotAllowed, match="e-mail"):
        await desk.connect()
    desk.slack.members[SAM.user_id] = None
    with pytest.raises(NotAllowed, match="does not tell"):
        await desk.connect()


async def test_a_person_who_may_not_look_at_users_can_connect(desk: Desk) -> None:
    desk.cutover.order([{"path": "/core/users/*", "times": 1, "do": {"status": 403, "body": {"errors": []}}}])
    assert (await desk.connect()).cutover_id == desk.cutover.world.person("sam").id


async def test_an_answer_about_somebody_else_pairs_nobody(desk: Desk) -> None:
    desk.slack.members[SAM.user_id] = Member(SAM.user_id, SAM.name, desk.cutover.world.person("mei").id)
    with pytest.raises(BadInput, match="no active user"):
        await desk.connect()


async def test_what_is_sealed_for_one_opens_for_no_other(desk: Desk) -> None:
    sam = await desk.connect()
    await desk.accounts.save(Account("T1", MEI.user_id, "77", sam.sealed, "1234", "f" * 64, 0.0))
    with pytest.raises(VaultError):
        await desk.made.client_of(MEI)
    assert await desk.made.client_of(SAM) is not None


@pytest.mark.parametrize("flip", [0, 20, -8])
async def test_a_flipped_bit_refuses_that_person_only(desk: Desk, flip: int) -> None:
    sam, mei = await desk.connect(), await desk.connect(MEI, "mei")
    head, _, body = str(sam.sealed).partition(":")
    at = flip % len(body)
    spoiled = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :]
    await desk.accounts.seal_again(sam, f"{head}:{spoiled}")
    desk.again(desk.key)
    with pytest.raises(VaultError, match="cannot be opened") as caught:
        await desk.made.client_of(SAM)
    assert "/cutover connect" in caught.value.hint
    found = await desk.made.client_of(MEI)
    assert found is not None
    assert found[1] == mei


async def test_without_keys_whoever_is_connected_is_refused_and_others_are_not_looked_up(desk: Desk) -> None:
    await desk.connect()
    nobody = desk.again(None)
    assert not nobody.enabled
    with pytest.raises(VaultError, match="no keys"):
        await nobody.client_of(SAM)
    assert await nobody.client_of(MEI) is None
    with pytest.raises(NotAllowed, match="not set up"):
        await desk.connect(MEI, "mei")
    await nobody.disconnect("T1", SAM.user_id)
    assert await nobody.client_of(MEI) is None
    desk.database.read = None  # type: ignore[method-assign, assignment]
    assert await nobody.client_of(MEI) is None


async def test_a_new_key_seals_anew_when_the_token_is_used(desk: Desk) -> None:
    await desk.connect()
    new = make_key("k2")
    await desk.again(f"{new},{desk.key}").client_of(SAM)
    account = await desk.made.of(SAM)
    assert str(account.sealed if account else "").startswith("k2:")
    assert await desk.again(new).client_of(SAM) is not None


async def test_a_401_is_about_the_own_token(desk: Desk) -> None:
    await desk.connect()
    desk.cutover.world.person("sam").archived = True
    found = await desk.made.client_of(SAM)
    assert found is not None
    with pytest.raises(TokenRefused, match="your own token"):
        await found[0].list_runbooks().first(1)


async def test_only_so_many_clients_stay_open(desk: Desk) -> None:
    clients = OwnClients(desk.opening, Features(desk.clock), desk.clock)
    made: list[Any] = [clients.make(f"token-number-{number:020}") for number in range(MOST_OPEN + 1)]
    for number, client in enumerate(made):
        clients.keep(f"T1:U{number}", "sealed", client)
        assert clients.kept("T1:U0", "sealed") is made[0], "what is used stays"
    assert clients.kept("T1:U1", "sealed") is None
    assert clients.kept("T1:U2", "sealed") is made[2]
    assert clients.kept("T1:U2", "sealed anew") is None
    clients.forget("T1:U2")
    assert clients.kept("T1:U2", "sealed") is None


async def test_a_long_token_is_kept_whole(desk: Desk) -> None:
    long = desk.cutover.tokens["sam"] + "x" * 900
    sealed = Vault(desk.key).seal(long, f"T1:{SAM.user_id}")
    await desk.accounts.save(Account("T1", SAM.user_id, "7", sealed, long[-4:], "print", 0.0))
    kept = await desk.accounts.of("T1", SAM.user_id)
    assert kept is not None
    assert kept.sealed is not None
    assert Vault(desk.key).open(kept.sealed, kept.owner) == long
