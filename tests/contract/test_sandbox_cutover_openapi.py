"""The embedded Cutover against the OpenAPI file: generated requests, valid and broken, by people with different rights.

Rule: the file is the judge. Whatever the server answers must be a listed status in the listed shape, and never a crash.
"""

from __future__ import annotations

import asyncio
import copy
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import allow_header_conformance, unsupported_method

from bot.sandbox.cutover import EmbeddedCutover, runs
from bot.sandbox.cutover.routes import split

HERE = Path(__file__).parent


def overlaid(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """The document with the overlay merged in; items of lists are found by their `name`."""

    def places(node: Any, keys: list[str]) -> Iterator[dict[str, Any]]:
        if not keys:
            yield node
        elif isinstance(node, list):
            for item in node:
                if item.get("name") == keys[0]:
                    yield from places(item, keys[1:])
        else:
            for key in list(node) if keys[0] == "*" else [keys[0]]:
                if isinstance(node.get(key), dict | list):
                    yield from places(node[key], keys[1:])

    made = copy.deepcopy(document)
    for action in overlay["actions"]:
        found = list(places(made, action["target"]))
        assert found, f"nothing is at {action['target']}"
        for place in found:
            for name, value in action["update"].items():
                place.setdefault(name, copy.deepcopy(value))
    return made


# Values that exist in the world, for wherever the file says only "string": valid requests then get past 404 and 422.
RUNBOOKS = ["101", "102", "103", "105", "107", "202"]
IDS = {
    "runbook": ["101"],
    "task": ["101001", "101002", "101004", "101007", "101010"],
    "stream": ["101901", "101902", "101904"],
    "task_type": ["51", "52", "53", "54", "normal", "validation"],
    "runbook_type": ["32", "34", "dynamic"],  # others would lock the tasks of the running runbook
    "workspace": ["11", "12", "resilience"],
    "folder": ["21", "22", "web"],
    "team": ["71", "75"],
    "user": ["406", "410", "411", "dana.okafor@harbour.example"],
}
VALUES = {
    "timezone": ["Europe/London", "Asia/Singapore"],
    "custom_field_id": ["82", "83"],
    "source_runbook_id": ["101", "201", "202"],
}
NOW = 1_796_000_000.0  # the same day at every run
TIMES = ["2026-12-01T10:00:00Z", "2026-12-01T12:00:00+02:00", "2027-01-05T00:00:00.000Z", "2027-02-01"]


def with_ids(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the ids of the world written in as the allowed ones."""
    for path, operations in document["paths"].items():
        parts = path.split("/")
        for operation in operations.values():
            for parameter in operation["parameters"]:
                name = parameter.get("name")
                if parameter.get("in") == "path":
                    kind = parts[parts.index(f"{{{name}}}") - 1].removesuffix("s")
                    ids = RUNBOOKS if kind == "runbook" and len(parts) <= 5 and name == "id" else IDS[kind]
                    parameter["schema"] = {"type": "string", "enum": ids}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:  # a copy of its own, because answers share the same components and hold any id
                body["schema"] = chosen(inlined(document, body["schema"]))
    document["components"]["parameters"]["runbookIdPath"]["schema"] = {"type": "string", "enum": IDS["runbook"]}
    # the judge would also spoil the token, which every call here carries; 401 has tests of its own
    del document["security"], document["components"]["securitySchemes"]
    return document


def inlined(document: dict[str, Any], node: Any) -> Any:
    """A schema with its references written out."""
    if isinstance(node, list):
        return [inlined(document, each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return inlined(document, found)
    return {key: inlined(document, value) for key, value in node.items()}


def chosen(node: Any) -> Any:
    """A request schema in which related things and copied runbooks are ones that exist."""
    if isinstance(node, list):
        return [chosen(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: chosen(value) for key, value in node.items()}
    members = made.get("properties", {})
    kind = (members.get("type", {}).get("enum") or [""])[0] if isinstance(members.get("type"), dict) else ""
    if set(members) == {"id", "type"} and kind in IDS:
        members["id"] = {"type": "string", "enum": IDS[kind]}
    for name in VALUES.keys() & members.keys():
        members[name] = {"type": "string", "enum": VALUES[name]}
    for name in {"name", "content"} & members.keys():
        members[name] = {"type": "string", "pattern": "\\S"}
    for name, member in members.items():
        if member.get("x-format-hint") == "date-time" and not member.get("readOnly") and "display" not in name:
            members[name] = {"type": "string", "enum": TIMES}
    return made


def _schema(seed: int) -> Any:
    document = yaml.safe_load((HERE / "spec" / "cutover-public-api.openapi.yaml").read_text(encoding="utf-8"))
    overlay = yaml.safe_load((HERE / "openapi-overlay.yaml").read_text(encoding="utf-8"))
    # 422 is "understood, but validation rules forbid it": valid for the file, and yet refused
    accepted = {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "422"]}}
    config = SchemathesisConfig.from_dict({"seed": seed, "checks": accepted})
    return schemathesis.openapi.from_dict(with_ids(overlaid(document, overlay)), config=config)


plain, whole = _schema(1), _schema(2)


def bounded(examples: int, *phases: Phase) -> settings:
    """So many requests per endpoint, the same every time."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


PEOPLE = ("dana", "sam", "dana", "tom", "rosa", "dana", "gil")


@contextmanager
def serving(additions: bool) -> Iterator[EmbeddedCutover]:
    """A server in a thread of its own, because the judge calls it synchronously."""
    ready = threading.Event()
    found: list[EmbeddedCutover] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def live() -> None:
        async with EmbeddedCutover(world="failover", additions=additions, start=NOW) as cutover:
            world = cutover.world
            runs.start(world, world.runbooks["101"], world.person("dana"), run_type="rehearsal", comms="off")
            found.append(cutover)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()))
    thread.start()
    assert ready.wait(10)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


@pytest.fixture(scope="module")
def reference() -> Iterator[EmbeddedCutover]:
    """An instance with nothing but the reference."""
    with serving(additions=False) as cutover:
        yield cutover


@pytest.fixture(scope="module")
def newest() -> Iterator[EmbeddedCutover]:
    """An instance with the additions."""
    with serving(additions=True) as cutover:
        yield cutover


def headers(cutover: EmbeddedCutover) -> dict[str, str]:
    """The next person's token; most turns are the admin's, because others are refused much."""
    person = PEOPLE[len(cutover.requests) % len(PEOPLE)]
    return {"Authorization": f"Bearer {cutover.tokens[person]}"}


@plain.parametrize()
@bounded(10, Phase.explicit, Phase.generate)
def test_the_reference_instance_answers_as_the_file_says(case: Any, reference: EmbeddedCutover) -> None:
    case.call_and_validate(base_url=reference.url, headers=headers(reference))


@whole.parametrize()
@bounded(8, Phase.generate)
def test_an_instance_with_additions_stays_inside_the_file(case: Any, newest: EmbeddedCutover) -> None:
    # the additions are methods that the file does not know, so only that check is left out
    case.call_and_validate(
        base_url=newest.url, headers=headers(newest), excluded_checks=[unsupported_method, allow_header_conformance]
    )


def test_valid_requests_reached_every_endpoint(reference: EmbeddedCutover) -> None:
    """Guards the judge: a run in which an endpoint only ever refused would prove nothing about its answers."""
    done = {(seen.method, split(seen.path)[0]) for seen in reference.requests if 200 <= seen.status < 300}
    listed = {
        (method, re.sub(r"{[a-z_]+}", "*", path.removeprefix("/core/")))
        for path, operations in plain.raw_schema["paths"].items()
        for method in (each.upper() for each in operations)
    }
    asked = {(seen.method, split(seen.path)[0]) for seen in reference.requests}
    if listed - asked:
        pytest.skip("only a part of the file was run in this process")
    assert listed - done == set()
