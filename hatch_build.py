"""What the build adds: the dashboard, and README.md with links that work outside the repository."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

# a Markdown link, or picture, to a file of the repository
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!#|\w+:)([^)\s]+)\)")
# files and folders of the dashboard, at the paths that it reads them from
DASHBOARD = (".streamlit/config.toml", "docs/glossary.md", "pages", "streamlit_app.py")


class DashboardHook(BuildHookInterface):
    """Puts the dashboard into the wheel, within the package.

    There only the server that `polycore dashboard` starts has it on its path. An editable installation uses
    the files of its clone.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add what the wheel has besides the modules of polycore."""
        if version == "standard":
            build_data["force_include"] |= {path: f"polycore/dashboard/{path}" for path in DASHBOARD}


class ReadmeHook(MetadataHookInterface):
    """Sets the project's description and addresses.

    GitHub sets GITHUB_REPOSITORY in its workflows; elsewhere, set it to build a release.
    Without it the links stay as they are, and the project has no addresses.
    """

    def update(self, metadata: dict[str, object]) -> None:
        """Add the fields that pyproject.toml calls dynamic."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        repository = repository_address(os.environ)
        if repository:
            text = with_addresses(text, repository)
            metadata["urls"] = {"Source": repository, "Changelog": f"{repository}/blob/HEAD/CHANGELOG.md"}
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def repository_address(environment: Mapping[str, str]) -> str:
    """Return the address of the repository on GitHub, or an empty string if it is not known."""
    name = environment.get("GITHUB_REPOSITORY")
    return f"{environment.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}" if name else ""


def with_addresses(text: str, repository: str) -> str:
    """Return Markdown whose links to files of the repository are addresses."""

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link[1] else "blob"  # a picture itself, or the page that shows a file
        return f"{link[1]}[{link[2]}]({repository}/{kind}/HEAD/{link[3]})"

    return LINK.sub(absolute, text)
