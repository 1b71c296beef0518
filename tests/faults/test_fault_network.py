"""The way to Slack and Cutover: certificates that are wrong, proxies nobody asked for, ports that are taken."""

from __future__ import annotations

import datetime as dt
import os
import resource
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fault_world import HastyClock, still_works
from stage import Stage, open_stage

from bot.app import Bot
from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.cutover.transport import Transport
from bot.errors import CutoverError, SlackError
from bot.slack.web import SlackWeb


@pytest.fixture
async def strange(tmp_path: Path) -> AsyncIterator[tuple[str, list[str]]]:
    """An HTTPS server whose certificate nobody has signed; its address and what it was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.json_response({"ok": True, "data": []})

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()


def certificate(folder: Path) -> Path:
    """A self-signed certificate with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1).not_valid_before(now - dt.timedelta(days=9)).not_valid_after(now - dt.timedelta(days=1))
    )
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, *private))
    return path


async def test_a_wrong_certificate_gets_no_token(strange: tuple[str, list[str]]) -> None:
    url, asked = strange
    async with aiohttp.ClientSession() as session:
        slack = SlackWeb(session, f"{url}/api/", "xoxb-1", HastyClock())
        with pytest.raises(SlackError):
            await slack.call("auth.test", patience=0.0)
        transport = Transport(url, "secret-token", session=session, clock=HastyClock())
        with pytest.raises(CutoverError):
            await CutoverClient(transport, Clock()).get_runbook("1")
        with pytest.raises(CutoverError):
            await CutoverClient(transport, Clock()).start_runbook("1", run_type="rehearsal")
    assert asked == []


async def test_proxies_of_the_environment_are_not_asked(
    tmp_path: Path, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://nobody:secret@127.0.0.1:1/nonsense")
    monkeypatch.setenv("NO_PROXY", "")
    stage, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        await stage.run()
        await still_works(stage)


async def test_a_taken_port_is_an_error_at_the_start(tmp_path: Path, clock: HastyClock) -> None:
    stage, stack = await open_stage(tmp_path, clock=clock, delivery="http")
    async with stack:
        taken = stage.bot.url.removeprefix("http://")
        stage.given["bot_listen"] = taken
        with pytest.raises(OSError, match=r"address already in use|Errno 98|Errno 48"):
            async with Bot(stage.settings(), clock):
                pytest.fail("two bots on one port")


async def test_without_file_descriptors_it_waits_and_recovers(running: Stage) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(name) for name in os.listdir("/proc/self/fd")) + 1
    held = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 4, hard))
    try:
        while True:
            try:
                held.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                break
        await running.slack.order([{"on": "socket", "do": {"reset": True}}])
        await running.until(lambda: running.bot.socket and not running.bot.socket.connected.is_set())
    finally:
        for one in held:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert running.bot.socket is not None
    await running.until(lambda: running.clock.advance(31) or running.bot.socket.connected.is_set())
    await still_works(running)


async def test_all_first_requests_need_one_question_to_slack(running: Stage) -> None:
    for number in range(20):
        await running.slack.command("U0DANA00001", "C0DCFAILOVR", "/task", f"list {number}")
    await running.settle()
    assert [call.method for call in running.slack.calls].count("auth.test") == 1
