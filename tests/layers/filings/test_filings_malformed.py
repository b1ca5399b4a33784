"""Broken files: each a named error or a counted reject, never another value."""

import io
import zipfile

import pandas as pd
import pytest

from layers.filings import Limits


def packed(*members, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


REFUSED = {
    "empty": (b"", "is empty; get the file again"),
    "blank": ("\n \n\n", "is empty; get the file again"),
    "only a mark": (b"\xef\xbb\xbf", "is empty; get the file again"),
    "only a header": (lambda f: f.text(), "has a header but no rows"),
    "only a header, no line end": (lambda f: f.header, "has a header but no rows"),
    "HTML page": (
        "<!DOCTYPE html>\n<html><body>403 Forbidden</body></html>",
        "is an HTML or XML page, not CSV; download the file again",
    ),
    "HTML after blanks": ("\n  <html lang='en'>", "is an HTML or XML page"),
    "JSON": ('{"status": 403}', "is JSON, not CSV"),
    "gzip": (b"\x1f\x8b\x08\x00rest", "is not CSV; unpack it or export it as CSV"),
    "no header": (lambda f: "\n".join(f.rows(3)), "has no column of any known format (it begins '0003768165'"),
    "missing column": (
        lambda f: f.text(*f.rows(2)).replace(",h3_res8_id", "", 1),
        "nearest is 'bdc_fixed' (Fixed availability); column 'h3_res8_id' (H3 cell of resolution 8; fifteen hexadecimal digits",
    ),
    "unknown column": (
        lambda f: f.text(*f.rows(1)).replace("frn,", "frm,", 1),
        "column 'frm' is not known (did you mean 'frn'?)",
    ),
    "column twice": (lambda f: f.text(*f.rows(1)).replace("frn,", "frn,frn,", 1), "column 'frn' repeats"),
    "semicolons": (lambda f: f.text(*f.rows(2)).replace(",", ";"), "its values are parted by semicolons"),
    "tabs": (lambda f: f.text(*f.rows(2)).replace(",", "\t"), "its values are parted by tabs"),
    "header with an open quote": (lambda f: '"' + f.text(*f.rows(2)), "has a broken header line"),
    "lone carriage returns": (lambda f: f.text(*f.rows(3), end="\r"), "ends its lines with lone carriage returns"),
    "Latin-1": (
        lambda f: f.text(*f.rows(3), *f.rows(1, brand_name="Télécom")).encode("latin-1"),
        "is not utf-8 text (line 5, byte 0xE9); name its encoding, such as encoding='cp1252'",
    ),
    "UTF-16": (lambda f: f.text(*f.rows(3)).encode("utf-16"), "is UTF-16 text; name it: encoding='utf-16'"),
    "cut inside a sign": (
        lambda f: f.text(*f.rows(1), "0003768165,130317,é").encode()[:-2],
        "is not utf-8 text (line 3",
    ),
    "cut inside a row": (
        lambda f: f.text(*f.rows(500))[:-40],
        "ends in the middle of row 500 (it is cut short); get the whole file again",
    ),
    "cut inside the last value": (lambda f: f.text(*f.rows(500))[:-3], "ends in the middle of row 500"),
    "cut inside quotes": (
        lambda f: f.text(*f.rows(3, brand_name='"Sons, Inc."')) + '0003768165,130317,"So',
        "ends in the middle of row 4",
    ),
    "swapped columns": (
        lambda f: f.text(*f.rows(300)).replace("location_id,technology", "technology,location_id", 1),
        (
            "300 of 300 rows are rejected (100.0%; allowed: 1.0%); most often column 'location_id' is of another form; "
            r"expected the pattern [1-9]\d{9} (300 rows, first: line 2, '50'); "
            "likely cause: columns 'location_id' and 'technology' are swapped"
        ),
    ),
    "state and code swapped": (
        lambda f: f.text(*f.rows(9)).replace(
            "business_residential_code,state_usps", "state_usps,business_residential_code", 1
        ),
        "likely cause: columns 'business_residential_code' and 'state_usps' are swapped",
    ),
    "zeros lost": (
        lambda f: f.text(*f.rows(300, frn="3768165")),
        "likely cause: column 'frn' has lost its leading zeros, as a spreadsheet does; take the original file",
    ),
    "block as a spreadsheet writes it": (
        lambda f: f.text(*f.rows(300, block_geoid="5.00110102002027E+14"[:14])),
        "column 'block_geoid' is of another type; expected whole numbers",
    ),
    "commas without quotes": (
        lambda f: f.text(*f.rows(300, brand_name="Sons, Inc.")),
        (
            "row has 13 fields, expected 12; quote commas inside values, or get the file again (300 rows, "
            "first: line 2, '0003768165,130317,Sons, Inc.,10373929...'); likely cause: values hold commas without quotes"
        ),
    ),
    "a hole of NUL bytes": (
        lambda f: f.text(*f.rows(20)).encode() + bytes(5000) + f.text(*f.rows(20)).encode(),
        "likely cause",
    ),
}


def made(content, filing):
    return content(filing) if callable(content) else content


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_filing_is_refused_with_the_reason(filing, case):
    content, message = REFUSED[case]
    fault = filing.fault(made(content, filing))
    assert fault.startswith("filing 'bdc_50_Fiber_fixed_broadband_J25_18nov2025.csv'")
    assert message in fault


TYPE = "is of another type; expected numbers"
BAD_VALUES = {
    "word for a speed": ("max_advertised_download_speed", "fast", TYPE),
    "not a number": ("max_advertised_download_speed", "NaN", TYPE),
    "nan": ("max_advertised_upload_speed", "nan", TYPE),
    "infinite": ("max_advertised_upload_speed", "inf", TYPE),
    "overflow": ("max_advertised_upload_speed", "1e400", TYPE),
    "hexadecimal": ("max_advertised_upload_speed", "0x64", TYPE),
    "decimal comma": ("max_advertised_upload_speed", '"24,6"', TYPE),
    "unit in the value": ("max_advertised_upload_speed", "100 Mbps", TYPE),
    "blank beside the value": ("max_advertised_upload_speed", " 100", TYPE),
    "NULL in words": ("max_advertised_upload_speed", "NULL", TYPE),
    "negative speed": ("max_advertised_download_speed", "-1", "is negative; the smallest allowed is 0 Mbps"),
    "speed of a location": (
        "max_advertised_download_speed", "1037392925", "is above 1000000; the largest allowed is 1000000 Mbps",
    ),
    "unknown technology": (
        "technology", "99", "is not in its list; allowed: 0, 10, 40, 50, 60, 61, 70, 71, 72",
    ),
    "technology with decimals": ("technology", "50.0", "is of another type; expected whole numbers"),
    "technology missing": ("technology", "", "is empty; fill it or leave the row out"),
    "block without its zero": ("block_geoid", "10010201001000", r"is of another form; expected the pattern \d{15}"),
    "block with more": ("block_geoid", "5001101020020271", r"is of another form; expected the pattern \d{15}"),
    "block of no state": (
        "block_geoid", "990110102002027", "is above 789999999999999; the largest allowed is 789999999999999",
    ),
    "location without its digit": (
        "location_id", "037392925", r"is of another form; expected the pattern [1-9]\d{9}",
    ),
    "number too long": ("location_id", "1" * 30, "is of another type; expected whole numbers"),
    "registration without zeros": ("frn", "3768165", r"is of another form; expected the pattern \d{10}"),
    "digits of another script": ("frn", "٠٠٠٣٧٦٨١٦٥", r"is of another form; expected the pattern \d{10}"),
    "low latency as a word": ("low_latency", "true", "is of another form; expected the pattern [01]"),
    "low latency of 2": ("low_latency", "2", "is of another type; expected true or false (also 1/0, yes/no)"),
    "code of nobody": ("business_residential_code", "b", "is not in its list; allowed: B, R, X"),
    "state in words": ("state_usps", "Vermont", "is not in its list; allowed: AL, AK,"),
    "cell of another resolution": (
        "h3_res8_id", "892bab53037ffff", "is of another form; expected the pattern 88[0-9a-f]{8}fffff",
    ),
    "NUL byte": ("brand_name", "Xfi\0nity", "holds a NUL byte; get the file again"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_VALUES)
def test_a_value_that_is_not_as_declared_is_one_counted_reject(filing, case):
    column, value, reason = BAD_VALUES[case]
    lines = filing.rows(5)
    bad = filing.rows(3, **{column: value})[2]
    found, table = filing.ingest(filing.text(*lines[:2], bad, *lines[3:]))
    assert (found.rows_read, found.rows_kept, found.rejected, found.duplicates) == (5, 4, 1, 0)
    listed = pd.read_csv(found.rejects, dtype="str", keep_default_na=False)
    assert len(listed) == 1
    row = listed.iloc[0]
    assert (row["file"], row["line"], row["column"]) == (found.source, "4", column)
    plain = value.strip('"').replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert row["value"] == ("'" + plain if plain.startswith("-") else plain)
    assert row["reason"].startswith(reason)
    (worded,) = found.reasons
    assert worded.startswith(f"column '{column}' {reason}")
    assert table["location_id"].to_pylist() == [1037392925, 1037392926, 1037392928, 1037392929]


BAD_ROWS = {
    "too few fields": ("0003768165,130317", "has 2 fields, expected 12; quote commas inside values, or get"),
    "too many fields": (None, "has 13 fields, expected 12; quote commas inside values, or get the file again"),
    "quote inside a value": (
        'a,5" pipe,c', "has a quote inside a value; enclose the value in quotes and double the quote",
    ),
    "text after a quote": ('"Xfin"ity,b', "has a quote inside a value"),
    "quote never closed": ('0003768165,130317,"Xfinity,1037392925', "opens a quote that is not closed"),
    "carriage return inside": ("a,b\rc,d", "has a carriage return inside a value; enclose the value in quotes"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_row_that_is_no_row_is_one_counted_reject_and_reading_goes_on(filing, case):
    bad, reason = BAD_ROWS[case]
    lines = filing.rows(4, brand_name='"Farmers, Sons ""& Co"""')
    bad = bad or filing.example + ",1"
    found, table = filing.ingest(filing.text(*lines[:2], bad, *lines[2:]))
    assert (found.rows_read, found.rows_kept, found.rejected) == (5, 4, 1)
    listed = pd.read_csv(found.rejects, dtype="str", keep_default_na=False)
    assert listed[["line", "column"]].to_numpy().tolist() == [["4", ""]]
    assert listed["reason"][0].startswith(reason)
    assert set(table["brand_name"].to_pylist()) == {'Farmers, Sons "& Co"'}


def test_an_empty_line_inside_is_a_reject_and_at_the_end_is_not(filing):
    found, _ = filing.ingest(filing.text(*filing.rows(2), "", filing.example) + "\n\n\n")
    assert (found.rows_read, found.rejected, found.duplicates) == (4, 1, 1)


def test_lines_are_those_of_the_file_where_values_hold_line_ends(filing):
    lines = filing.rows(6, brand_name='"two\nlines"')
    lines[3] = filing.rows(4, technology="99")[3]
    lines[5] = filing.rows(6, brand_name='"two\r\nlines"', technology="98")[5]
    found, table = filing.ingest(filing.text(*lines, end="\r\n"))
    listed = pd.read_csv(found.rejects)
    assert listed["line"].tolist() == [8, 11]
    assert table["brand_name"].to_pylist() == ["two\nlines"] * 4


def test_equal_rows_are_kept_once_and_counted(filing):
    lines = filing.rows(4)
    same = lines[1].replace(",100,100,", ",100.0,1e2,")
    found, table = filing.ingest(filing.text(*lines, lines[0], same, lines[3]))
    assert (found.rows_read, found.rows_kept, found.duplicates, found.rejected) == (7, 4, 3, 0)
    assert table["location_id"].to_pylist() == [1037392925 + number for number in range(4)]


def test_the_share_of_rejects_is_the_callers(filing):
    content = filing.text(*filing.rows(99), *filing.rows(1, technology="99"))
    found, _ = filing.ingest(content, limits=Limits())
    assert (found.rows_kept, found.rejected) == (99, 1)
    filing = type(filing)(filing.folder / "other")
    filing.folder.mkdir()
    assert "1 of 100 rows are rejected (1.0%; allowed: 0.5%)" in filing.fault(
        content, limits=Limits(rejected_share=0.005)
    )


def test_more_rejects_than_are_listed_are_still_counted(filing):
    lines = filing.rows(50, technology="99")
    found, _ = filing.ingest(filing.text(*lines, filing.example), limits=Limits(1.0, listed_rejects=7))
    assert found.rejected == 50
    assert len(pd.read_csv(found.rejects)) == 7


def test_a_last_row_without_line_end_is_kept_and_noted(filing):
    found, _ = filing.ingest(filing.text(*filing.rows(3))[:-1])
    assert found.rows_kept == 3
    assert found.notes == ("last row has no line end; the file may be cut short",)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "latin-1"])
def test_a_named_encoding_is_read_as_it_is(filing, encoding):
    content = filing.text(*filing.rows(2, brand_name="Télécom Québec"))
    _, table = filing.ingest(content.encode(encoding), encoding=encoding)
    assert table["brand_name"].to_pylist() == ["Télécom Québec"] * 2


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(filing):
    found, _ = filing.ingest(b"\xef\xbb\xbf" + filing.text(*filing.rows(2), end="\r\n").encode())
    assert found.rows_kept == 2


@pytest.mark.parametrize("encoding", ["utf8x", "hex", "rot13", ""])
def test_an_encoding_that_is_none_is_named(filing, encoding):
    assert f"'{encoding}' is not known; name one such as" in filing.fault(filing.text(), encoding=encoding)


def encrypted(content):
    """Set the bit that says a member is encrypted, in its own header and in the directory."""
    data = bytearray(content)
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


ZIPS = {
    "cut": (lambda f: packed(("a.csv", f.text(*f.rows(900))))[:-60], "is a damaged zip"),
    "cut to its beginning": (lambda f: packed(("a.csv", f.text(*f.rows(900))))[:40], "is a damaged zip"),
    "changed byte": (
        lambda f: packed(("a.csv", f.text(*f.rows(5))), method=0).replace(b"Xfinity", b"Xfinitx", 1),
        "is a damaged zip (Bad CRC-32",
    ),
    "encrypted": (
        lambda f: encrypted(packed(("a.csv", f.text(*f.rows(5))))),
        "member 'a.csv' is encrypted; unpack it with its password first",
    ),
    "without CSV": (packed(("read.me", "x")), "is a zip without CSV files (it has: read.me)"),
    "nothing inside": (packed(), "is a zip without CSV files (it has: nothing)"),
    "workbook": (packed(("[Content_Types].xml", "<x/>")), "is an Excel workbook; take the original CSV"),
    "too deep": (
        lambda f: packed(("b.zip", packed(("c.zip", packed(("a.csv", f.text(*f.rows(1)))))))),
        "has zips nested more than 2 deep; unpack the outer ones",
    ),
    "inner zip is none": (packed(("b.zip", "not a zip")), "is a damaged zip (File is not a zip file)"),
    "bomb": (
        lambda f: packed(("a.csv", f.text(*f.rows(1)) + ("0" * 900_000 + "\n") * 50)),
        "unpacks to more than 250 times its size; raise Limits.zip_ratio if you trust it",
    ),
    "error names the member": (
        lambda f: packed(("a.csv", f.text(*f.rows(1))), ("b.csv", "<html>")),
        "filing 'bdc.zip > b.csv': is an HTML or XML page",
    ),
}


@pytest.mark.parametrize("case", ZIPS)
def test_a_zip_that_is_not_sound_is_refused(filing, case):
    content, message = ZIPS[case]
    assert message in filing.fault(made(content, filing), "bdc.zip")


def test_a_zip_may_not_unpack_to_more_than_allowed(filing):
    content = packed(("a.csv", filing.text(*filing.rows(99))), ("b.csv", filing.text(*filing.rows(99))))
    assert "unpacks to more than 10,000 bytes" in filing.fault(content, "bdc.zip", limits=Limits(zip_bytes=10_000))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(filing):
    content = packed(("a.csv", filing.text(*filing.rows(1))), ("a.csv", filing.text(*filing.rows(2))))
    assert "has two members 'a.csv'; keep one" in filing.fault(content, "bdc.zip")


@pytest.mark.parametrize("name", ["../../up.csv", "/root/up.csv", "C:\\up.csv", "a\nb\x1b[31m.csv", "=cmd.csv"])
def test_names_inside_a_zip_never_become_paths(filing, name):
    content = packed((name, filing.text(*filing.rows(3), *filing.rows(1, technology="99"))))
    found, _ = filing.ingest(content, "bdc.zip")
    assert found.path == filing.out / "bdc.zip.1.parquet"
    here = {path.relative_to(filing.folder).as_posix() for path in filing.folder.rglob("*") if path.is_file()}
    assert here - {"out/.ingest-seen.json"} == {
        "bdc.zip", "out/bdc.zip.1.parquet", "out/bdc.zip.rejects.csv", "out/ingest.json",
    }  # fmt: skip
    assert found.member.isprintable()


def test_text_in_rejects_that_a_spreadsheet_would_run_is_disarmed(filing):
    found, _ = filing.ingest(filing.text(filing.example, *filing.rows(1, technology="=1+1")))
    assert pd.read_csv(found.rejects)["value"].tolist() == ["'=1+1"]
