"""Two bots on one database file by mistake: what one has under way the other neither repeats nor calls undone."""

from __future__ import annotations

from fault_world import effects, held, read, signatures, still_works
from stage import DANA, FAILOVER, Stage

from bot.app import Bot


async def test_a_second_bot_does_not_repeat_what_the_first_has_under_way(running: Stage) -> None:
    async with held(running, "/start$", "PATCH") as gate:
        await running.slack.command(DANA, FAILOVER, "/task", "start roll")
        await running.until(lambda: gate.arrived)
        async with Bot(running.settings(), running.clock) as second:
            await running.until(lambda: second.team_id)
            await running.until(lambda: second.idle and "no answer yet" in read(running))
            assert gate.arrived == 1
            gate.open()
            await running.settle()
    assert "You started this" in read(running)
    assert "did not happen" not in read(running)
    assert effects(running).count("PATCH start") == 1
    assert len(signatures(running)) == 1
    await still_works(running)


async def test_two_bots_share_the_deliveries_and_each_has_one_effect(running: Stage) -> None:
    async with Bot(running.settings(), running.clock) as second:
        await running.until(lambda: second.team_id and second.socket and second.socket.connected.is_set())
        await running.slack.order([{"on": "delivery", "kind": "slash_commands", "do": {"duplicate": 3}}])
        await running.command("/task start roll")
        await running.until(lambda: second.idle)
        assert effects(running).count("PATCH start") == 1
        assert read(running).count("You started this") == 1
    await still_works(running)
    assert len(signatures(running)) == 1
