from __future__ import annotations

import pytest
from pydantic import ValidationError

from backbone.settings import Settings


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_KAFKA", "broker-1:9092,broker-2:9092")
    monkeypatch.setenv("LIANDONG_PACKS", "national, jiading")
    settings = Settings()
    assert settings.kafka == "broker-1:9092,broker-2:9092"
    assert settings.packs == ("national", "jiading")


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANDONG_GATEWAY_PORT", "99999")
    with pytest.raises(ValidationError, match="gateway_port"):
        Settings()


@pytest.mark.parametrize("name", ["Robert'; drop", "", "9stack", "a-b", "x" * 40])
def test_a_stack_bears_a_name_that_roles_can_bear(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("LIANDONG_STACK", name)
    with pytest.raises(ValidationError, match="stack"):
        Settings()


def test_settings_do_not_print_the_password_of_the_database() -> None:
    assert "hunter2" not in repr(Settings(database="postgresql://worker:hunter2@db/liandong"))
