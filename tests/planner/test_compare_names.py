"""Scenarios side by side: which may be compared, and what a comparison says that has no projects."""

import pytest


@pytest.mark.parametrize("name", ["as it stands", " ", "bell\\u0007"])
def test_a_scenario_that_a_comparison_cannot_show_is_refused_before_any_plan_is_made(name, small, tmp_path, townline):
    path = small / "region.toml"
    path.write_text(path.read_text() + f'\n[scenario."{name}"]\nas_of = 2017-01-01\n')
    status, _, error = townline("compare", path, "--out", tmp_path / "out")
    assert status == 2
    assert "which a comparison cannot show; rename it" in error
    assert not (tmp_path / "out").exists()


def test_a_region_without_last_mile_says_that_no_projects_are_compared(small, tmp_path, townline):
    status, printed, _ = townline("compare", small / "region.toml", "--out", tmp_path)
    assert status == 0
    assert "faster: 0 towns have another project, or none" in printed
    assert "no projects are compared: the region file has no [last_mile]; add it" in printed
