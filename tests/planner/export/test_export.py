"""The whole hand-over: the same bytes, all files or none, a manifest that holds, messages for what cannot be done."""

import json
import re
import shutil
from dataclasses import replace
from hashlib import sha256

import pytest

from planner import PlanError
from planner.export import FORMATS, Look, export, refuse, verify

QUICK = ["csv", "materials", "ofds"]


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("handover")
    look = Look("town_results", "Plain", "", (), "<qgis/>", "<sld/>")
    return folder, export(made, folder, FORMATS, looks=[look])


def test_the_same_plan_gives_the_same_bytes(made, written, tmp_path):
    look = Look("town_results", "Plain", "", (), "<qgis/>", "<sld/>")
    export(made, tmp_path, FORMATS, looks=[look])
    assert content(tmp_path) == content(written[0])


def test_the_manifest_lists_every_file_with_its_hash(made, written):
    folder, exported = written
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files = content(folder)
    assert {each["name"] for each in manifest["files"]} == set(files) - {"manifest.json"}
    for each in manifest["files"]:
        assert each["sha256"] == sha256(files[each["name"]]).hexdigest()
        assert each["bytes"] == len(files[each["name"]])
        assert all(name in manifest["tables"] for name in each["tables"])
    assert {path.relative_to(folder).as_posix() for path in exported.files} == set(files)
    assert manifest["provenance"]["region_file"]["sha256"] == sha256(made.region.path.read_bytes()).hexdigest()
    assert manifest["tables"]["layer_anchors"]["origins"] == ["generated", "published"]
    assert manifest["tables"]["layer_roads"]["licence"].startswith("OpenStreetMap: ODbL")
    assert str(folder) not in json.dumps(manifest)


def test_the_text_for_people_names_what_is_no_surveyed_fact(written):
    text = (written[0] / "README.txt").read_text("utf-8")
    assert "layer_anchors: generated" in text
    assert "middle_mile_segments: modelled" in text
    assert "Left out\n  layer_premises" in text
    assert all(f"  {name}: " in text for name in FORMATS)


def test_a_changed_or_missing_file_is_found(written, tmp_path):
    folder = shutil.copytree(written[0], tmp_path / "copy")
    assert verify(folder) == len(content(folder)) - 1
    (folder / "bill_of_materials.csv").write_text("changed", "utf-8")
    (folder / "ofds" / "network.json").unlink()
    with pytest.raises(PlanError) as caught:
        verify(folder)
    said = str(caught.value)
    assert "file 'bill_of_materials.csv' has changed" in said
    assert "file 'ofds/network.json' is missing" in said


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/hostname", "a\\..\\b"])
def test_a_manifest_cannot_lead_outside(tmp_path, name, made):
    (tmp_path / "in").mkdir()
    outside = tmp_path / "outside.txt"
    outside.write_text("keep me", "utf-8")
    files = [{"name": name, "sha256": sha256(b"keep me").hexdigest()}]
    (tmp_path / "in" / "manifest.json").write_text(json.dumps({"files": files}), "utf-8")
    with pytest.raises(PlanError, match="lies outside the folder"):
        verify(tmp_path / "in")
    export(made, tmp_path / "in", ["materials"])
    assert outside.read_text("utf-8") == "keep me"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 3}', '{"files": [{"name": "a"}]}', "\x00"])
def test_a_broken_manifest_is_said(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(PlanError, match="is not the manifest of a hand-over"):
        verify(tmp_path)
    with pytest.raises(PlanError, match=r"holds no manifest\.json"):
        verify(tmp_path / "nowhere")


def test_files_of_an_earlier_hand_over_go_but_those_that_were_changed_stay(made, tmp_path):
    export(made, tmp_path, QUICK)
    (tmp_path / "csv" / "coverage.csv").write_text("mine now", "utf-8")
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    export(made, tmp_path, ["materials"])
    assert set(content(tmp_path)) == {
        "manifest.json", "README.txt", "bill_of_materials.csv", "csv/coverage.csv", "notes.txt",
    }  # fmt: skip


def test_nothing_is_left_where_writing_fails(made, tmp_path, monkeypatch):
    export(made, tmp_path, ["materials"])
    before = content(tmp_path)

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planner.export.write.move_in", fail)
    with pytest.raises(PlanError, match="No space left on device; earlier files stand"):
        export(made, tmp_path, QUICK)
    assert content(tmp_path) == before


def test_messages_for_what_cannot_be_done(made, tmp_path):
    with pytest.raises(PlanError, match=re.escape("format 'geopackage' is not known (it is called 'gpkg')")) as caught:
        refuse(tmp_path, ["geopackage"])
    assert len(caught.value.faults) == 1
    with pytest.raises(PlanError, match=re.escape("format 'csvs' is not known (did you mean 'csv'?)")):
        export(made, tmp_path / "out", ["gpkg", "csvs"])
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(PlanError, match="is there and is a file; choose another --out"):
        refuse(tmp_path / "file", [])
    bare = {name: table for name, table in made.tables.items() if not name.startswith("middle_mile")}
    layers = {name: table for name, table in made.layers.items() if name != "fibre_routes"}
    plan = replace(made, tables=bare, layers=layers)
    with pytest.raises(
        PlanError, match=r"format 'ofds' has nothing to write: .*add \[middle_mile\] to the region file"
    ):
        export(plan, tmp_path / "out", ["ofds", "csv"])
    said = export(plan, tmp_path / "out", []).left_out
    assert any(line.startswith("ofds: the plan has no middle mile") for line in said)
    with pytest.raises(PlanError, match="cannot be written"):
        export(made, tmp_path / "file" / "below", ["materials"])
