"""The policy file (BOT_POLICY). The one rule: what is not granted is refused, and an unknown word stops the reading.

    grants:
      - may: [view, work]
        everyone: true              # all full members of the workspace
      - may: [run_live, admin]
        users: [U012AB3CD]
        groups: [S012AB3CD]         # Slack user groups; needs the scope usergroups:read
        channels: [C012AB3CD]       # only there; left out: everywhere
    private: ["4711"]               # runbooks that no channel reads of without an administrator's link
    second_person: true             # live runs are started, and canceled, by another than asks for it

Guests, people of other workspaces and bots are no full members: they have what names their own id under `users`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

_LARGEST: Final = 256 * 1024


class Right(StrEnum):
    """What is granted. Each but `view` is about writing.

    view: lists, boards, cards. work: tasks and comments. status: RAG status, creating and editing runbooks.
    run_rehearsal: start, pause, resume, cancel a rehearsal. run_live: the same of any other run, and acting in place
    of the people assigned. links: which channel hears of which runbook. request: CapyDB cutover requests, which end in
    another production database. admin: the audit trail, other people's tokens.
    """

    VIEW = "view"
    WORK = "work"
    STATUS = "status"
    RUN_REHEARSAL = "run_rehearsal"
    RUN_LIVE = "run_live"
    LINKS = "links"
    REQUEST = "request"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may what, and where. `name` stands in the audit trail. Empty `channels`: everywhere."""

    name: str
    rights: frozenset[Right]
    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    everyone: bool = False
    channels: frozenset[str] = frozenset()

    def covers(self, right: Right, channel_id: str) -> bool:
        """Whether it is about this right in this channel."""
        return right in self.rights and (not self.channels or channel_id in self.channels)


@dataclass(frozen=True, slots=True)
class Rules:
    """Grants in the order of the file. `own`: a file gives them, not the bot's defaults.

    `private`: ids of runbooks; Cutover's API does not tell which of them are. `second_person`: starting and cancelling
    a live run takes two.
    """

    grants: tuple[Grant, ...]
    own: bool = True
    private: frozenset[str] = frozenset()
    second_person: bool = False

    @property
    def groups(self) -> frozenset[str]:
        """User groups that are named."""
        return frozenset[str]().union(*(grant.groups for grant in self.grants))


DEFAULTS: Final = Rules(
    (
        Grant(
            "default",
            frozenset({Right.VIEW, Right.WORK, Right.STATUS, Right.RUN_REHEARSAL, Right.LINKS}),
            everyone=True,
        ),
    ),
    own=False,
)
"""Without a file: full members do everything but live runs, database cutovers and administration: for BOT_OPERATORS."""


def _ids(pattern: str, what: str) -> AfterValidator:
    found = re.compile(pattern + r"\Z")

    def check(values: frozenset[str]) -> frozenset[str]:
        wrong = sorted(value for value in values if not found.match(value))
        if wrong:
            raise ValueError(f"{wrong[0][:40]!r} is not the id of a {what}")
        return values

    return AfterValidator(check)


class _Grant(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)
    may: Annotated[frozenset[Right], Field(min_length=1)]
    everyone: bool = False
    users: Annotated[frozenset[str], _ids(r"[UW][A-Z0-9]{2,20}", "user (U012AB3CD)")] = frozenset()
    groups: Annotated[frozenset[str], _ids(r"S[A-Z0-9]{2,20}", "user group (S012AB3CD)")] = frozenset()
    channels: Annotated[frozenset[str], _ids(r"[CGD][A-Z0-9]{2,20}", "channel (C012AB3CD)")] = frozenset()

    @model_validator(mode="after")
    def _names_somebody(self) -> _Grant:
        if not (self.everyone or self.users or self.groups):
            raise ValueError("name somebody: everyone: true, users or groups")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    grants: Annotated[list[_Grant], Field(min_length=1)]
    private: Annotated[frozenset[str], _ids(r"[A-Za-z0-9_-]{1,64}", "runbook")] = frozenset()
    second_person: bool = False


def read(path: Path) -> Rules:
    """The rules of a file. Raises ValueError with a sentence that names the place."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise ValueError(f"the policy file cannot be read ({type(error).__name__})") from None
    if len(raw) > _LARGEST:
        raise ValueError("the policy file is larger than 256 KB")
    try:
        return parse(yaml.load(raw, Loader=_Strict))  # noqa: S506 - a SafeLoader that also refuses keys given twice
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise ValueError(f"the policy file is not readable YAML{where}") from None


def parse(document: Any) -> Rules:
    """The rules of a document. Raises ValueError with a sentence that names the place."""
    try:
        file = _File.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ValueError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
    return Rules(
        tuple(
            Grant(f"grant {number}", one.may, one.users, one.groups, one.everyone, one.channels)
            for number, one in enumerate(file.grants, 1)
        ),
        private=file.private,
        second_person=file.second_person,
    )


class _Strict(yaml.SafeLoader):
    """YAML lets the second of two equal keys win without a word; in a policy that would hide a grant."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, "a key is given twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
