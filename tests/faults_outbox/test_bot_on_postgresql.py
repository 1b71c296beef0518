"""The whole bot on PostgreSQL: commands, posts, a restart, and a server that goes away and comes back."""

from __future__ import annotations

from pathlib import Path

from cluster import Cluster
from stage import FAILOVER, open_stage

from bot.store import Links


async def test_a_run_is_linked_and_a_task_started_over_a_restart(cluster: Cluster, tmp_path: Path) -> None:
    stage, stack = await open_stage(tmp_path, bot_database_url=await cluster.fresh())
    async with stack:
        await stage.run()
        await stage.stop()
        await stage.start()
        assert "You started this" in await stage.command("/task start roll")
        assert len(stage.writes("tasks/.*/start$")) == 1
        assert await stage.bot.problems() == {}
        assert stage.slack.violations == []


async def test_connections_that_the_server_ends_are_not_noticed_by_people(cluster: Cluster, tmp_path: Path) -> None:
    url = await cluster.fresh()
    stage, stack = await open_stage(tmp_path, bot_database_url=url)
    async with stack:
        await stage.link()
        name = url.partition("?")[0].rpartition("/")[2]
        cluster.run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")
        assert "DC North" in await stage.command("/runbook show")
        links = Links(stage.bot.database)
        await links.load()
        assert [link.channel_id for link in links.all()] == [FAILOVER]
