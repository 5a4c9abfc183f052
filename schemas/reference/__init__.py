"""Reference data that everyone shares: files beside the code, read when the module that needs them loads."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

__all__ = ["load"]

# libyaml reads the calendar and the registers ten times faster; it is missing from some builds of PyYAML.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(name: str) -> Any:
    """Return the content of `name`, a path below this package such as "agencies/fengxian.yaml".

    Raises FileNotFoundError if there is no such file, yaml.YAMLError if it is no YAML.
    """
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both are safe loaders
