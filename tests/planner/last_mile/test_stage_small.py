"""The last mile of a small region, as the commands give it: towns without options, nothing chosen, nothing to do."""

import pandas as pd
import pytest


def add(small, text):
    path = small / "region.toml"
    head, scenario, rest = path.read_text().partition("[scenario.faster]")
    path.write_text(head + text + "\n" + scenario + rest)
    return path


def test_towns_without_an_option_are_named_with_what_to_give(small, tmp_path, townline):
    status, printed, error = townline("last-mile", small / "region.toml", "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    assert "3 of 5 towns that do not pass have no option" in printed
    assert "Dogwood, Elm and Fir" in printed


@pytest.mark.parametrize("command", ["last-mile", "finance", "plan", "compare"])
def test_a_budget_of_nothing_chooses_nothing_and_every_command_says_so(command, small, tmp_path, townline):
    region = add(small, "[last_mile]\n[choice]\nbudget_usd = 0\n[finance]\ndraws = 50\n")
    status, printed, error = townline(command, region, "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    if command == "last-mile":
        assert "none: outside the budget" in printed
    if command in ("last-mile", "plan"):
        assert "projects for 0 of 2 towns: none" in printed
    assert not (tmp_path / "out" / "charts" / "cash-flow.svg").exists()


def test_a_region_without_options_has_no_finance_and_says_so_before_it_writes(small, tmp_path, townline):
    region = small / "region.toml"
    text = region.read_text()
    start = text.index("[layers.published_budgets]")
    region.write_text(text[:start] + text[text.index("[scenario.faster]") :])
    status, _, error = townline("finance", region, "--out", tmp_path / "out")
    assert status == 2
    assert "no town has a network of its own to finance" in error
    assert not (tmp_path / "out").exists()
    status, printed, _ = townline("last-mile", region, "--out", tmp_path / "out")
    assert status == 0
    assert "5 of 5 towns that do not pass have no option" in printed


def test_a_region_of_towns_that_pass_needs_no_project_nor_tower(small, tmp_path, townline):
    add(small, '[area]\ntowns = ["2599910000"]\n[wireless]\ndown_mbps = 25\nup_mbps = 3')
    status, printed, error = townline("last-mile", small / "region.toml", "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    assert "every town passes; there is no project to choose" in printed


def test_a_model_or_speed_that_may_not_be_chosen_is_the_reason_given(small, tmp_path, townline):
    region = add(small, '[choice]\nmodels = ["pilot"]')
    assert townline("last-mile", region, "--out", tmp_path)[0] == 0
    table = pd.read_csv(tmp_path / "chosen_projects.csv")
    assert set(table["reason"]) == {"no option reaches the target among the models and speeds that may be chosen"}


def test_finance_shows_what_its_surplus_is_made_of(small, tmp_path, townline):
    status, printed, _ = townline("finance", small / "region.toml", "--out", tmp_path)
    assert status == 0
    assert all(name in printed for name in ("revenue", "provider", "operation", "reserve", "debt", "surplus"))
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert "finance_opex.csv" in written
    assert {name for name in written if name.startswith("charts/")} == {
        "charts/cash-flow.svg",
        "charts/what-matters.svg",
    }
