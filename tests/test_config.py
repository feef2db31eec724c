"""Settings: defaults, refusals by name, overrides."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from efficace.config import Config, load_config, parse_config, setting_names, with_settings
from efficace.errors import ConfigError

ROOT = Path(__file__).parents[1]


def test_the_example_holds_every_setting_with_its_default() -> None:
    given = yaml.safe_load((ROOT / "examples" / "efficace.yaml").read_text(encoding="utf-8"))
    assert parse_config(given) == Config()
    flat = {f"{part}.{key}" for part, keys in given.items() if isinstance(keys, dict) for key in keys}
    missing = {name for name in setting_names() if "." in name and not any(name.startswith(one) for one in flat)}
    assert not missing


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"compani": {}}, "company"),
        ({"churn": {"grace_day": 3}}, "grace_days"),
        ({"company": {"timezone": "Paris"}}, "Europe/Paris"),
        ({"company": {"currency": "euros"}}, "ISO 4217"),
        ({"company": {"fiscal_year_start": 13}}, "1 to 12"),
        ({"response": {"promise": {"hot": "soon"}}}, "5 min"),
        ({"response": {"scoring": {"hot_from": 0.4}}}, "cold_below from 0 up to hot_from"),
        ({"response": {"scoring": {"settled_after": "0 days"}}}, "above 0 days"),
        ({"response": {"heat": [{"heat": "hot", "again_within": "often"}]}}, "5 min"),
        ({"acquisition": {"allocation": "deals"}}, "leads"),
        ({"hours": {"opens": "9 o'clock"}}, "09:00"),
        (["company"], "name: value"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_with_what_would_be_right(given: object, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        parse_config(given)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "efficace.yaml").write_text("company: {name: [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"efficace\.yaml"):
        load_config(tmp_path)


@pytest.mark.parametrize("name", ["churn.grace_days", "grace_days"])
def test_a_question_overrides_a_setting_by_its_full_or_last_name(name: str) -> None:
    assert with_settings(Config(), {name: "7 days"}).churn.grace_days == 7


def test_the_reserved_word_from_names_the_source_of_revenue() -> None:
    assert with_settings(Config(), {"revenue.from": "both"}).revenue.source == "both"
    assert parse_config({"revenue": {"from": "order_lines"}}).revenue.source == "order_lines"
