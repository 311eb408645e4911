"""The process behind `watch.LongWatch`: one streaming GET, one JSON line per thing that happens.

`{"what": "open"}`, `{"what": "event"}` per line of the answer, and at last `{"what": "end"}` with
the outcome. It ends when the server ends the answer, when stdin closes, or after `--duration-s`.
"""

import argparse
import asyncio
import json
import ssl
import sys
import time

import httpx

PATIENT = httpx.Timeout(10, read=None)


def say(what: str, **more: str | float | int) -> None:
    sys.stdout.write(json.dumps({"what": what, **more}) + "\n")
    sys.stdout.flush()


class Client:
    def __init__(self, url: str, verify: ssl.SSLContext) -> None:
        self._url, self._verify = url, verify
        self.opened = time.monotonic_ns()
        self.events = 0

    async def follow(self) -> str:
        """Reads until the server ends the answer; returns how it ended."""
        try:
            async with (
                httpx.AsyncClient(verify=self._verify, timeout=PATIENT, trust_env=False) as client,
                client.stream("GET", self._url) as answer,
            ):
                if answer.status_code != 200:
                    return f"error:status {answer.status_code}"
                self.opened = time.monotonic_ns()
                say("open")
                async for _ in answer.aiter_lines():
                    self.events += 1
                    say("event")
                return "fin"
        except httpx.RemoteProtocolError:
            return "fin"
        except httpx.ReadError:
            return "rst"
        except httpx.HTTPError as error:
            return f"error:{type(error).__name__} {error}"


async def stdin_closed() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--ca", required=True)
    parser.add_argument("--client-cert")
    parser.add_argument("--client-key")
    parser.add_argument("--duration-s", type=float, required=True)
    chosen = parser.parse_args()
    verify = ssl.create_default_context(cafile=chosen.ca)
    if chosen.client_cert:
        verify.load_cert_chain(chosen.client_cert, chosen.client_key)
    client = Client(chosen.url, verify)
    following = asyncio.create_task(client.follow())
    told_to_stop = asyncio.create_task(stdin_closed())
    await asyncio.wait(
        {following, told_to_stop},
        timeout=chosen.duration_s,
        return_when=asyncio.FIRST_COMPLETED,
    )
    outcome = following.result() if following.done() else "survived"
    ended = time.monotonic_ns()
    open_ms = (ended - client.opened) / 1e6
    say("end", outcome=outcome, open_ms=open_ms, events=client.events, ended_ns=ended)
    for task in (following, told_to_stop):
        task.cancel()
    await asyncio.gather(following, told_to_stop, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main())
