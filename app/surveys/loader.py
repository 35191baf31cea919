"""Survey files to definitions, every mistake with its file and line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.kit.errors import NotFoundError
from app.kit.yaml_files import MAX_BYTES, YamlFileError, parse_yaml, validate_yaml
from app.surveys.definition import Definition
from app.surveys.votes import find_second_votes


class UnknownSurveyError(NotFoundError):
    """No file in the directory of surveys has that key."""

    code = "unknown_survey"


@dataclass(frozen=True, slots=True)
class SurveyLibrary:
    """The surveys in force, one a key, in the order of their keys; read once at the start."""

    definitions: Mapping[str, Definition]

    def current(self, key: str) -> Definition:
        """Return the survey in force; raises UnknownSurveyError that names the keys there are."""
        try:
            return self.definitions[key]
        except KeyError:
            known = ", ".join(self.definitions)
            raise UnknownSurveyError(f"no survey {key!r}; there are: {known}", key=key) from None

    def keys(self) -> tuple[str, ...]:
        """Return the keys in order."""
        return tuple(self.definitions)

    def __contains__(self, key: object) -> bool:
        return key in self.definitions

    def __iter__(self) -> Iterator[Definition]:
        return iter(self.definitions.values())


def read_survey(path: Path) -> Definition:
    """Return the survey of a file; raises YamlFileError as `parse_survey` does, also when the file cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # one more than is taken, so that a large file is refused unread
    except OSError as error:
        raise YamlFileError([f"{path}:1: cannot be read: {error.strerror}"]) from error
    return parse_survey(content, str(path))


def parse_survey(content: bytes, name: str) -> Definition:
    """Return the survey; raises YamlFileError that lists every mistake as `name:line: what and how to mend it`."""
    document = parse_yaml(content, name)
    definition = validate_yaml(document, Definition)
    # Of files alone: what was stored before this was a rule is read back all the same.
    if mistakes := find_second_votes(definition):
        raise YamlFileError([document.describe(loc, message) for loc, message in mistakes])
    return definition


def load_surveys(directory: Path) -> SurveyLibrary:
    """Return the surveys of all `*.yaml` in the directory; raises YamlFileError with the mistakes of all files."""
    definitions: dict[str, Definition] = {}
    names: dict[str, str] = {}
    mistakes: list[str] = []
    for path in sorted([*directory.glob("*.yaml"), *directory.glob("*.yml")]):
        try:
            definition = read_survey(path)
        except YamlFileError as error:
            mistakes += error.mistakes
            continue
        if definition.key in definitions:
            mistakes.append(f"{path}:1: key: {definition.key!r} is already that of {names[definition.key]}; rename one")
        definitions[definition.key] = definition
        names[definition.key] = path.name
    if mistakes:
        raise YamlFileError(mistakes)
    if not definitions:
        raise YamlFileError([f"{directory}:1: there is no survey here; put at least one *.yaml into it"])
    return SurveyLibrary({key: definitions[key] for key in sorted(definitions)})
