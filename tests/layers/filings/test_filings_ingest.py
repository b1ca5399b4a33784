"""Sound files: values as published, every format there and back, zips, the record, and the second run."""

import datetime as dt
import io
import json
import os
import zipfile
from hashlib import sha256

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

import layers.filings
from layers import LayerError
from layers.filings import _repeats, formats, ingest
from layers.filings._check import check_block
from layers.filings._repeats import Repeats

CELL8, CELL9 = "882bab5303fffff", "892bab53037ffff"
NUMBER8, NUMBER9 = 0x882BAB5303FFFFF, 0x892BAB53037FFFF
FILES: dict[str, tuple[str, list[str], list[tuple[object, ...]]]] = {
    "bdc_fixed": (
        "bdc_50_Cable_fixed_broadband_J25_18nov2025.csv",
        ["0003768165,130317,Xfinity,1037392925,50,24.6,,1,B,VT,010110102002027," + CELL8],
        [("0003768165", 130317, "Xfinity", 1037392925, 50, 24.6, None, True, "B", "VT", 10110102002027, NUMBER8)],
    ),
    "provider_locations": (
        "list.csv",
        ['130317,"Sons, Inc.",1037392925,71,100,20,0,X'],
        [(130317, "Sons, Inc.", 1037392925, 71, 100.0, 20.0, False, "X")],
    ),
    "bdc_summary": (
        "summary.csv",
        ['Total,County,50011,Franklin County,"Franklin County, VT",25000,R,Any Terrestrial,1,0.99,0.95,0.8,0.5,0'],
        [("Total", "County", "50011", "Franklin County", "Franklin County, VT", 25000, "R", "Any Terrestrial",
          1.0, 0.99, 0.95, 0.8, 0.5, 0.0)],
    ),
    "served_unserved": (
        "bdc_50_served_unserved_D25_01may2026.csv",
        [f"1037392925,500110102002027,{CELL8},1,0,True", f"1037392926,500110102002027,{CELL8},0,false,0"],
        [(1037392925, 500110102002027, NUMBER8, True, False, True), (1037392926, 500110102002027, NUMBER8, *[False] * 3)],
    ),
    "fabric": (
        "FCC_Active_BSL_12312022.csv",
        [f"1037392925,1 MAIN ST,SWANTON,VT,05488,,2,True,R,1,2,50011,500110102002027,{CELL9},44.9,-73.1,12312022"],
        [(1037392925, "1 MAIN ST", "SWANTON", "VT", "05488", None, 2, True, "R", "1", "2", "50011", 500110102002027,
          NUMBER9, 44.9, -73.1, dt.date(2022, 12, 31))],
    ),
    "form477": (
        "VT-Fixed-Jun2017-v1.csv",
        ["7,55,0003768165,Comcast,Xfinity,Comcast,130317,Comcast,VT,500110102002027,43,1,0.768,.2,0,0,0"],
        [(7, 55, "0003768165", "Comcast", "Xfinity", "Comcast", "130317", "Comcast", "VT", 500110102002027, 43, True,
          0.768, 0.2, False, 0.0, 0.0)],
    ),
    "bead_unserved": ("unserved.csv", ["1037392925", "1037392926"], [(1037392925,), (1037392926,)]),
    "bead_underserved": ("underserved.csv", ["1037392925"], [(1037392925,)]),
    "bead_post_challenge_locations": (
        "post_challenge_locations.csv", ["1037392925,0", "1037392926,2"], [(1037392925, 0), (1037392926, 2)],
    ),
    "bead_cai": (
        "cai.csv",
        ['L,Town Library,,,,,1 Main St,Swanton,VT,05488,-73.123456,44.912345,"old, small",1000,'],
        [("L", "Town Library", None, None, None, None, "1 Main St", "Swanton", "VT", "05488", -73.123456, 44.912345,
          "old, small", 1000.0, None)],
    ),
}  # fmt: skip


def packed(*members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def test_the_published_row_is_read_as_it_stands(filing):
    found, table = filing.ingest(filing.text(filing.example))
    assert table.to_pylist() == [{
        "frn": "0003768165", "provider_id": 130317, "brand_name": "Xfinity", "location_id": 1037392925,
        "technology": 50, "down_mbps": 100.0, "up_mbps": 100.0, "low_latency": True,
        "business_residential_code": "B", "state_usps": "VT", "block_geoid": 500110102002027,
        "h3_res8_id": 0x882BAB5303FFFFF,
    }]  # fmt: skip
    assert (found.format, found.as_of, found.told["technology"]) == ("bdc_fixed", dt.date(2025, 6, 30), "Fiber")


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_read_in_full_and_in_its_types(filing, name):
    file, lines, values = FILES[name]
    header = ",".join(formats()[name].headers)
    found, table = filing.ingest("\n".join([header, *lines, ""]), file)
    assert (found.format, found.rejected) == (name, 0)
    assert table.column_names == list(formats()[name].columns)
    assert [tuple(row.values()) for row in table.to_pylist()] == values
    kinds = {column: str(table.schema.field(column).type) for column in table.column_names}
    wanted = {
        "text": {"string"},
        "cell": {"int64"},
        "integer": {"int32", "int64"},
        "number": {"double"},
        "flag": {"bool"},
    }
    for column, field in formats()[name].columns.items():
        assert kinds[column] in wanted.get(field.type, {"date32[day]"})
    assert {kinds[column] for column in ("location_id", "block_geoid") if column in kinds} <= {"int64"}


def test_form_477_without_contract_speeds_has_them_empty(filing):
    name, lines, values = FILES["form477"]
    header = ",".join(list(formats()["form477"].headers)[:-2])
    found, table = filing.ingest(f"{header}\n{lines[0].removesuffix(',0,0')}\n", name)
    assert [tuple(row.values()) for row in table.to_pylist()] == [(*values[0][:-2], None, None)]
    assert found.notes == ("has no column MaxCIRDown and MaxCIRUp; empty in the result",)


def test_columns_in_another_order_are_read_by_name(filing):
    order = np.random.default_rng(1).permutation(12)
    lines = [filing.header, *filing.rows(5)]
    _, table = filing.ingest("\n".join(",".join(line.split(",")[place] for place in order) for line in lines))
    again = type(filing)(filing.folder / "again")
    again.folder.mkdir()
    assert table.equals(again.ingest(filing.text(*filing.rows(5)))[1])


def test_zips_and_zips_in_a_zip_give_a_file_for_each_member(filing):
    inner = packed(("bdc_25_Copper_fixed_broadband_D24_01may2025.csv", filing.text(*filing.rows(3))))
    outer = packed(
        ("readme.txt", "hello"),
        ("states/bdc_50_Cable_fixed_broadband_D24_01may2025.csv", filing.text(*filing.rows(2))),
        ("bdc_25.zip", inner),
        ("__MACOSX/._x.csv", "x"),
    )
    found = ingest(filing.write(outer, "all.zip"), filing.out)
    assert [(one.member, one.rows_kept, one.path.name, one.told["state_fips"]) for one in found] == [
        ("all.zip > states/bdc_50_Cable_fixed_broadband_D24_01may2025.csv", 2, "all.zip.1.parquet", "50"),
        ("all.zip > bdc_25.zip > bdc_25_Copper_fixed_broadband_D24_01may2025.csv", 3, "all.zip.2.parquet", "25"),
    ]
    assert {one.as_of for one in found} == {dt.date(2024, 12, 31)}
    record = json.loads((filing.out / "ingest.json").read_text("utf-8"))["sources"]["all.zip"]
    assert record["left_out"] == ["readme.txt", "__MACOSX/._x.csv"]


def test_the_name_of_the_zip_tells_where_the_members_does_not(filing):
    found, _ = filing.ingest(
        packed(("data.csv", filing.text(filing.example))), "bdc_50_Cable_fixed_broadband_D24_01may2025.zip"
    )
    assert found.as_of == dt.date(2024, 12, 31)


def test_the_callers_day_counts_where_the_name_says_none_and_may_not_contradict_it(filing):
    found, _ = filing.ingest(filing.text(filing.example), "mine.csv", as_of=dt.date(2023, 6, 30))
    assert found.as_of == dt.date(2023, 6, 30)
    with pytest.raises(LayerError, match="is of 2025-06-30 by its name, of 2023-06-30 by as_of; correct one of them"):
        ingest(filing.write(filing.text(filing.example)), filing.out, as_of=dt.date(2023, 6, 30))


def test_record_and_parquet_say_where_the_rows_come_from(filing):
    path = filing.write(filing.text(filing.example, filing.example, *filing.rows(1, technology="99")), "a.csv")
    (found,) = ingest(path, filing.out, limits=filing.all)
    record = json.loads((filing.out / "ingest.json").read_text("utf-8"))["sources"]["a.csv"]
    (member,) = record["members"]
    assert record["sha256"] == found.sha256 == sha256(path.read_bytes()).hexdigest()
    assert set(record["versions"]) == {"townline", "numpy", "pandas", "pyarrow", "python"}
    assert (member["rows_read"], member["rows_kept"], member["duplicates"], member["rejected"]) == (3, 1, 1, 1)
    assert list(member["reasons"]) == [
        "column 'technology' is not in its list; allowed: 0, 10, 40, 50, 60, 61, 70, 71, 72"
    ]
    told = json.loads(pq.read_schema(found.path).metadata[b"townline"])
    assert told == {
        "as_of": None, "format": "bdc_fixed", "format_sha256": formats()["bdc_fixed"].digest, "member": "a.csv",
        "sha256": found.sha256, "source": "a.csv",
    }  # fmt: skip
    assert str(filing.folder) not in (filing.out / "ingest.json").read_text("utf-8")


def test_the_same_source_gives_the_same_bytes(filing, tmp_path):
    path = filing.write(filing.text(*filing.rows(50), *filing.rows(3), *filing.rows(1, technology="99")))
    for out in ("one", "two"):
        ingest(path, tmp_path / out, limits=filing.all)
    names = {file.name for file in (tmp_path / "one").iterdir()} - {".ingest-seen.json"}
    assert len(names) == 3
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.fixture
def once(filing, monkeypatch):
    """A file ingested once; after that, reading a row is counted."""
    path = filing.write(filing.text(*filing.rows(5)))
    old = path.stat().st_mtime_ns - 10**10
    os.utime(path, ns=(old, old))
    ingest(path, filing.out)
    calls = []

    def counted(*arguments, **options):
        calls.append(1)
        return check_block(*arguments, **options)

    monkeypatch.setattr("layers.filings._member.check_block", counted)
    return path, calls


def test_a_second_run_reads_nothing_and_returns_the_same(filing, once):
    path, calls = once
    before = {file.name: file.stat().st_mtime_ns for file in filing.out.glob("*.parquet")}
    (found,) = ingest(path, filing.out)
    assert found.reused
    assert found.rows_kept == 5
    assert not calls
    assert {file.name: file.stat().st_mtime_ns for file in filing.out.glob("*.parquet")} == before


def test_a_second_run_does_not_even_hash_what_has_the_same_size_and_time(filing, once, monkeypatch):
    path, _ = once
    for file in filing.out.glob("*.parquet"):
        os.utime(file, ns=(10**18, 10**18))
    ingest(path, filing.out)
    monkeypatch.setattr("layers.filings._ledger.file_hash", lambda _: pytest.fail("hashed"))
    assert ingest(path, filing.out)[0].reused


def test_a_touched_source_is_hashed_and_not_read(filing, once):
    path, calls = once
    os.utime(path)
    assert ingest(path, filing.out)[0].reused
    assert not calls


def test_a_changed_source_of_the_same_size_is_read_again(filing, once):
    path, calls = once
    path.write_text(filing.text(*filing.rows(5, technology="40")), "utf-8")
    (found,) = ingest(path, filing.out)
    assert calls
    assert not found.reused
    assert set(pq.read_table(found.path)["technology"].to_pylist()) == {40}


@pytest.mark.parametrize("change", ["deleted", "cut", "altered"])
def test_an_output_that_is_not_as_recorded_is_made_again(filing, once, change):
    path, calls = once
    (output,) = filing.out.glob("*.parquet")
    content = output.read_bytes()
    if change == "deleted":
        output.unlink()
    else:
        output.write_bytes(content[:-9] if change == "cut" else content.replace(b"Xfinity", b"Xfinitz"))
    assert not ingest(path, filing.out)[0].reused
    assert calls
    assert output.read_bytes() == content


@pytest.mark.parametrize("options", [{"encoding": "cp1252"}, {"format": "bdc_fixed"}])
def test_another_wish_is_another_run(filing, once, options):
    path, _ = once
    assert not ingest(path, filing.out, **options)[0].reused
    assert ingest(path, filing.out, **options)[0].reused


def test_a_broken_record_means_the_work_is_done_again(filing, once):
    path, _ = once
    (filing.out / "ingest.json").write_text("{broken", "utf-8")
    assert not ingest(path, filing.out)[0].reused


def test_a_source_that_shrinks_leaves_no_old_outputs(filing):
    two = packed(("a.csv", filing.text(*filing.rows(1))), ("b.csv", filing.text(*filing.rows(2, technology="99"))))
    ingest(filing.write(two, "x.zip"), filing.out, limits=filing.all)
    assert len(list(filing.out.glob("x.zip.*"))) == 3
    ingest(filing.write(packed(("a.csv", filing.text(*filing.rows(3)))), "x.zip"), filing.out)
    assert [file.name for file in filing.out.glob("x.zip.*")] == ["x.zip.1.parquet"]


def test_one_bad_file_among_many_is_named_and_the_others_are_there(filing):
    good = [filing.write(filing.text(*filing.rows(2)), f"{name}.csv") for name in "ab"]
    bad = [filing.write("<html>", f"{name}.csv") for name in "cd"]
    with pytest.raises(LayerError, match=r"2 of 4 filings: filing 'c.csv': is an HTML.*; filing 'd.csv': is an HTML"):
        ingest([good[0], *bad, good[1]], filing.out)
    assert all(one.reused for one in ingest(good, filing.out))


def test_a_refused_change_leaves_what_was_ingested_before(filing, once):
    path, _ = once
    (output,) = filing.out.glob("*.parquet")
    content = output.read_bytes()
    path.write_text("<html>", "utf-8")
    with pytest.raises(LayerError, match="is an HTML"):
        ingest(path, filing.out)
    assert output.read_bytes() == content


def test_files_that_are_not_there_are_named_before_work_begins(filing, tmp_path):
    with pytest.raises(LayerError, match="filings: no file is given"):
        ingest([], filing.out)
    with pytest.raises(LayerError, match=r"file .*none\.csv does not exist; correct its path"):
        ingest(tmp_path / "none.csv", filing.out)
    with pytest.raises(LayerError, match="is a folder; name the files in it"):
        ingest(tmp_path, filing.out)
    path = filing.write(filing.text(filing.example))
    with pytest.raises(LayerError, match="is given twice"):
        ingest([path, path], filing.out)
    with pytest.raises(LayerError, match=r"folder /proc/none: cannot be written: .*; choose another folder"):
        ingest(path, "/proc/none")


def test_names_with_odd_signs_get_outputs_of_their_own(filing):
    content = filing.text(filing.example)
    found = ingest([filing.write(content, name) for name in ("a b.csv", "a_b.csv", "ä;.csv")], filing.out)
    assert len({one.path for one in found}) == 3
    assert all(one.path.parent == filing.out for one in found)


def test_duckdb_reads_the_columns_in_plain_types(filing):
    found, _ = filing.ingest(filing.text(filing.example, *filing.rows(2, max_advertised_upload_speed="")[1:]))
    described = duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(found.path)]).fetchall()
    kinds = {row[0]: row[1] for row in described}
    assert [kinds[name] for name in ("frn", "location_id", "block_geoid", "down_mbps", "low_latency")] == [
        "VARCHAR", "BIGINT", "BIGINT", "DOUBLE", "BOOLEAN",
    ]  # fmt: skip
    query = "SELECT up_mbps FROM read_parquet(?) ORDER BY location_id"
    assert duckdb.execute(query, [str(found.path)]).fetchall() == [(100.0,), (None,)]


def test_repeats_are_the_same_in_memory_and_on_disk(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    keys = [tuple(rng.integers(0, 50, (2, 40)).astype(np.uint64) << np.uint64(57)) for _ in range(9)]
    first, second = (np.concatenate(part) for part in zip(*keys, strict=True))
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    wanted = [row for row, pair in enumerate(pairs) if pair in pairs[:row]]
    assert wanted
    for held in (1 << 21, 50):
        monkeypatch.setattr(_repeats, "_HELD", held)
        with Repeats(tmp_path) as repeats:
            for one in keys:
                repeats.add(one)
            assert repeats.found().tolist() == wanted


def test_public_names_are_frozen():
    assert layers.filings.__all__ == [
        "Field", "FileName", "Format", "Ingested", "Limits", "formats", "ingest", "ingested", "recognise",
    ]  # fmt: skip
