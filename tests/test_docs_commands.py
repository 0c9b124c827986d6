"""docs/commands.md and the command line say the same.

A command has a section that is called as it is; a heading with a capital letter is another chapter. An option has a
row in that section, with its default; or among those that many commands have.
"""

from collections.abc import Iterator

import pytest
from cyclopts import App
from docs_pages import rows, sections

from forecourt.cli import app


def _commands(parent: App, path: tuple[str, ...] = ()) -> Iterator[tuple[str, App]]:
    for name in parent:
        if not name.startswith("-"):
            command = parent[name]
            if command.default_command:
                yield " ".join((*path, name)), command
            yield from _commands(command, (*path, name))


COMMANDS = dict(_commands(app))
PAGE = sections("commands.md")


def test_each_command_has_its_section_and_each_section_its_command() -> None:
    assert {heading for heading in PAGE if heading[:1].islower()} == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_has_its_line_and_each_line_its_option(command: str) -> None:
    lines = rows(PAGE[command])
    arguments = COMMANDS[command].assemble_argument_collection()
    defaults = {each.name: each.field_info.default for each in arguments if each.show and each.field_info.is_keyword}
    named = {each.name for each in arguments if each.name in defaults and not each.field_info.is_positional}

    assert set(lines) <= set(defaults)
    assert named <= set(lines) | set(rows(PAGE["Options that many commands have"]))
    for option, line in lines.items():
        if isinstance(defaults[option], int | float | str) and not isinstance(defaults[option], bool):
            assert line.startswith(f"`{defaults[option]}`"), f"{option} is {defaults[option]} unless told"
