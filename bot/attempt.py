"""One try on the wire. The one rule: aiohttp's errors end here, sorted by whether anything may have been sent.

aiohttp's exceptions can carry the request's headers; they are turned into `Lost` so that no token is ever chained
to an error.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

BODY_LIMIT = 64 * 2**20
"""Bytes, counted after decompression."""

Answer: TypeAlias = tuple[int, CIMultiDictProxy[str], bytes]


class Lost(NamedTuple):
    """No whole answer. `sent` False: certainly nothing left this machine."""

    reason: str
    sent: bool
    too_big: bool = False


async def attempt(
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    headers: CIMultiDict[str],
    data: bytes | None,
    timeout: aiohttp.ClientTimeout,
) -> Answer | Lost:
    """Send once and read the whole body."""
    # aiohttp itself repeats GET and DELETE after a lost keep-alive connection. Right for a read; a DELETE is a write.
    once = (_not_again,) if method == "DELETE" else None
    try:
        async with session.request(
            method, url, headers=headers, data=data, timeout=timeout, allow_redirects=False, middlewares=once
        ) as response:
            if response.status == 204:
                return response.status, response.headers, b""
            body = await _read(response)
            if body is None:
                return Lost("too big", sent=True, too_big=True)
            return response.status, response.headers, body
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as failure:
        reason = "timeout" if isinstance(failure, TimeoutError) else "connect"
        return Lost(reason, sent=False)
    except TimeoutError:
        return Lost("timeout", sent=True)
    except (aiohttp.ClientError, OSError):
        return Lost("cut", sent=True)


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """The body, or None once it passes the limit (a small compressed body can be huge)."""
    first = await response.content.readany()
    if response.content.at_eof():
        return first if len(first) <= BODY_LIMIT else None
    chunks, size = [first], len(first)
    async for chunk in response.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > BODY_LIMIT:
            return None
    return b"".join(chunks)


async def _not_again(request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
    lost = None
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as failure:
        lost = type(failure).__name__
    raise aiohttp.ClientPayloadError(lost)
