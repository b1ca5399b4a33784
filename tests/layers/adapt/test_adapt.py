"""Files as agencies publish them: every shape is told from its content, and no coded value becomes a number."""

import datetime as dt
import gzip
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import LayerError, declared
from layers.adapt import Period, adapt, shapes
from layers.adapt._file import Published
from layers.adapt._numbers import margins, numbers

API = [
    ["NAME", "B23001_024E", "B23001_024M", "B23001_026E", "B23001_026M", "state", "county", "county subdivision"],
    ["Ashfield town", "10", "5", "0", "12", "25", "011", "01865"],
    ["Nowhere", None, None, "-666666666", "-222222222", "25", "011", "00000"],
    ["Counted", "7", "-555555555", "3", "2", "25", "011", "14885"],
]
FLAT = """series_id                     \tyear\tperiod\t       value\tfootnote_codes
LAUCN250110000000003          \t2019\tM01\t         3.9\t
LAUCN250110000000004          \t2019\tM01\t        1500\t
LAUCN250110000000005          \t2019\tM01\t       38500\t
LAUCN250110000000006          \t2019\tM01\t       40000\t
LAUCN250110000000006          \t2019\tM13\t       40500\t
LAUST250000000000006          \t2019\tM01\t     3800000\t
LASST250000000000006          \t2019\tM01\t     9999999\t
"""
NATION = """series_id\tyear\tperiod\tvalue\tfootnote_codes
LNU01000000      \t2019\tM01\t162104
LNU02000000      \t2019\tM01\t154964
LNU03000000      \t2019\tM01\t7140
LNU04000000      \t2019\tM01\t4.4
LNS14000000      \t2019\tM01\t4.0
"""
COUNTIES = """
                Labor force data by county, 2019 annual averages

 LAUS          State County County Name/                          Labor                      Unemploy-
CN2501100000000    25    011    Franklin County, MA              2019         40,857     39,649      1,208      3.0
CN7200100000000    72    001    Adjuntas Municipio, PR           2019            N.A.       N.A.       N.A.    N.A.
"""
INCOME = """GeoFIPS,GeoName,Region,TableName,LineCode,IndustryClassification,Description,Unit,2017,2018
 "00000",United States,,CAINC1,1,...,Personal income,Thousands of dollars,16850000,17700000
 "00000",United States,,CAINC1,2,...,Population,Number of persons,325000000,327000000
 "25000",Massachusetts,5,CAINC1,3,...,Per capita personal income,Dollars,68233,71683
 "25011","Franklin, MA*",5,CAINC1,3,...,Per capita personal income,Dollars,(NA),54689
"Note: See the included footnote file."
"""
METRO = (
    "cbsacode,cbsatitle,metropolitanmicropolitanstatis,fipsstatecode,fipscountycode\n"
    '"44140","Springfield, MA","Metropolitan Statistical Area","25","013"\n'
    '"24640","Greenfield, MA","Micropolitan Statistical Area","25","011"\n'
)
URBAN = 'UACE,NAME,POP\n83926,"Springfield, MA--CT Urban Area",621300\n"09271","Boston, MA--NH",4382009\n'
RURAL = (
    'geoid,name,year,rural_def,is_rural\n25011,RUCC,2023.0,"5. Nonmetro - Urban population of 20,000 or more",Rural\n'
)


@pytest.fixture
def put(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
        return path

    return write


def rows(table, *names):
    return [
        tuple(None if pd.isna(cell) else cell for cell in row) for row in table[list(names)].to_numpy(object).tolist()
    ]


def test_an_answer_of_the_census_api_becomes_estimates_and_coded_values_become_empty(put):
    table = adapt([put("acs5_2019_b23001.json", API)])["acs_estimates"]
    assert rows(table, "area_geoid", "series", "estimate", "margin_of_error") == [
        ("2501101865", "B23001_024", 10.0, 5.0),
        ("2501100000", "B23001_024", None, None),
        ("2501114885", "B23001_024", 7.0, 0.0),  # a controlled estimate has no sampling error
        ("2501101865", "B23001_026", 0.0, 12.0),
        ("2501100000", "B23001_026", None, None),
        ("2501114885", "B23001_026", 3.0, 2.0),
    ]
    assert set(table["period_from"]) == {pd.Timestamp(2015, 1, 1)}
    assert set(table["period_to"]) == {pd.Timestamp(2019, 12, 31)}


@pytest.mark.parametrize(
    ("columns", "cells", "code"),
    [
        (["us"], ["1"], "US"),
        (["state"], ["25"], "25"),
        (["state", "county"], ["25", "011"], "25011"),
        (["state", "county", "tract"], ["25", "011", "040100"], "25011040100"),
        (["metropolitan statistical area/micropolitan statistical area"], ["44140"], "CBSA44140"),
        (["american indian area/alaska native area/hawaiian home land"], ["2430"], "AIA2430"),
        (["GEO_ID", "anything"], ["310M700US44140", "x"], "CBSA44140"),
        (["GEO_ID"], ["0600000US2501101865"], "2501101865"),
        (["GEO_ID"], ["1400000US25011040100"], "25011040100"),
        (["GEO_ID"], ["0100000US"], "US"),
    ],
)
def test_areas_of_the_api_get_their_codes(put, columns, cells, code):
    path = put("a.json", [["B19301_001E", *columns], ["1", *cells]])
    period = Period(dt.date(2015, 1, 1), dt.date(2019, 12, 31))
    assert adapt([path], period=period)["acs_estimates"]["area_geoid"].tolist() == [code]


def test_other_kinds_of_areas_are_refused(put):
    period = Period(dt.date(2015, 1, 1), dt.date(2019, 12, 31))
    for header, row in (
        (["B19301_001E", "zip code tabulation area"], ["1", "01301"]),
        (["B19301_001E", "GEO_ID"], ["1", "8600000US01301"]),
    ):
        with pytest.raises(LayerError, match=r"a\.json: has areas of a kind that is not read .*(01301|zip code)"):
            adapt([put("a.json", [header, row])], period=period)
    with pytest.raises(LayerError, match="kind that is not read"):
        adapt([put("a.json", [["B19301_001E", "state", "place"], ["1", "25", "26325"]])], period=period)


def test_the_period_comes_from_the_name_or_the_user_and_is_never_guessed(put):
    with pytest.raises(LayerError, match="does not say which years"):
        adapt([put("b23001.json", API)])
    for name, first in (("ACSDT5Y2019.B23001-Data.json", 2015), ("2021_acs1_x.json", 2021), ("acs5-2022.json", 2018)):
        assert Published(put(name, API)).period().first == dt.date(first, 1, 1)


def test_a_table_of_data_census_gov_loses_its_labels_and_marks(put):
    text = (
        "GEO_ID,NAME,S1701_C03_001E,S1701_C03_001M,S1701_C03_001EA,\n"
        "Geography,Geographic Area Name,Estimate!!Percent,Margin of Error!!Percent,x,\n"
        '0500000US25011,"Franklin County, Massachusetts",10.4,±1.0,,\n'
        '0500000US25013,"Hampden County, Massachusetts","250,000+",***,,\n'
        "0500000US25015,Hampshire,-,**,,\n"
        "0500000US25017,Middlesex,7,*****,,\n"
    )
    table = adapt([put("ACSST5Y2019.S1701-Data.csv", text)])["acs_estimates"]
    assert rows(table, "area_geoid", "series", "estimate", "margin_of_error") == [
        ("25011", "S1701_C03_001", 10.4, 1.0),
        ("25013", "S1701_C03_001", None, None),
        ("25015", "S1701_C03_001", None, None),
        ("25017", "S1701_C03_001", 7.0, 0.0),
    ]


def test_the_flat_file_of_local_unemployment(put, tmp_path):
    table = adapt([put("la.data.64.County", FLAT)])["labor_force"]
    assert rows(table, "area_geoid", "year", "month", "labor_force", "employed", "unemployed") == [
        ("25", 2019, 1, 3800000.0, None, None),
        ("25011", 2019, 1, 40000.0, 38500.0, 1500.0),
        ("25011", 2019, None, 40500.0, None, None),
    ]
    packed = tmp_path / "la.data.gz"
    packed.write_bytes(gzip.compress(FLAT.encode()))
    pd.testing.assert_frame_equal(adapt([packed])["labor_force"].drop(columns="source"), table.drop(columns="source"))


def test_the_nation_comes_in_persons_and_with_its_published_rate(put):
    found = adapt([put("ln.data.1.AllData", NATION)])
    wanted = ("area_geoid", "year", "month", "labor_force", "employed", "unemployed")
    assert rows(found["labor_force"], *wanted) == [("US", 2019, 1, 162104e3, 154964e3, 7140e3)]
    assert rows(found["indicators"], "area_geoid", "series", "value") == [("US", "LNU04000000", 4.4)]
    assert found["indicators"]["period_to"].iloc[0] == pd.Timestamp(2019, 1, 31)


def test_the_printed_table_of_counties(put):
    table = adapt([put("laucnty19.txt", COUNTIES)], shape="laus-county")["labor_force"]
    wanted = ("area_geoid", "area", "year", "labor_force", "employed", "unemployed")
    assert rows(table, *wanted)[0] == ("25011", "Franklin County, MA", 2019, 40857.0, 39649.0, 1208.0)
    assert rows(table, "area_geoid", "labor_force")[1] == ("72001", None)


def test_personal_income_is_in_dollars_and_the_nation_is_us(put):
    table = adapt([put("CAINC1__ALL_AREAS_1969_2018.csv", INCOME)])["personal_income"]
    table = table.sort_values(["area_geoid", "year"])
    wanted = ("area_geoid", "year", "per_capita_personal_income_usd", "personal_income_usd", "bea_population")
    assert rows(table, *wanted) == [
        ("25", 2017, 68233.0, None, None),
        ("25", 2018, 71683.0, None, None),
        ("25011", 2017, None, None, None),
        ("25011", 2018, 54689.0, None, None),
        ("US", 2017, None, 16850000e3, 325000000.0),
        ("US", 2018, None, 17700000e3, 327000000.0),
    ]


def test_delineation_and_zones_come_side_by_side(put):
    table = adapt([put("cbsa_2023.csv", METRO), put("zones.csv", '"GEOID","CZ20"\n"25011",12\n"25003",13\n')])[
        "labor_markets"
    ]
    assert rows(table, "county_fips", "labor_market_id", "kind", "vintage") == [
        ("25013", "44140", "metropolitan area", 2023),
        ("25011", "24640", "micropolitan area", 2023),
        ("25011", "12", "commuting zone", 2020),
        ("25003", "13", "commuting zone", 2020),
    ]


def test_urban_areas_have_a_row_for_each_state(put):
    table = adapt([put("urban_areas_2020.csv", URBAN)])["urban_areas"]
    assert rows(table, "uace", "state_fips", "population", "census_year") == [
        ("83926", "25", 621300.0, 2020), ("83926", "09", 621300.0, 2020),
        ("09271", "25", 4382009.0, 2020), ("09271", "33", 4382009.0, 2020),
    ]  # fmt: skip
    with pytest.raises(LayerError, match="of which census"):
        adapt([put("urban.csv", URBAN)])


def test_rural_codes_and_county_tables(put):
    found = adapt(
        [
            put("r.csv", RURAL),
            put("c.csv", "fips,name,poverty_2019,bachelors_2019\n1001,Autauga,15.2,26\n1003,Baldwin,,3\n"),
        ]
    )
    assert rows(found["rural_codes"], "county_fips", "code", "vintage") == [("25011", 5, 2023)]
    assert rows(found["acs_estimates"], "area_geoid", "series", "estimate") == [
        ("01001", "S1701_C03_001", 15.2),
        ("01003", "S1701_C03_001", None),
    ]


def test_unknown_files_are_refused_with_what_was_expected(put, tmp_path):
    with pytest.raises(
        LayerError, match=r"file x\.csv: begins with 'a,b 1,2' and is of no known shape; expected census-json"
    ) as caught:
        adapt([put("x.csv", "a,b\n1,2\n")])
    assert all(name in str(caught.value) for name in shapes())
    with pytest.raises(LayerError, match=r"of no known shape; expected bea-wide \("):
        adapt([put("x.csv", RURAL)], shape="bea-wide")
    with pytest.raises(LayerError, match="shape 'bea-wid': is not known \\(did you mean 'bea-wide'"):
        adapt([put("x.csv", RURAL)], shape="bea-wid")
    with pytest.raises(LayerError, match="does not exist"):
        adapt([tmp_path / "none.csv"])
    with pytest.raises(LayerError, match="no file is named"):
        adapt([])
    with pytest.raises(LayerError, match=r"a2019acs5\.json: is not a whole answer of the Census API"):
        adapt([put("a2019acs5.json", '[["B19301_001E","us"],["1"')])


def test_a_word_in_a_column_of_numbers_is_refused_with_its_row(put):
    text = "fips,name,year,labor_force,employed,unemployed\n25011,F,2019,1,1,0\n25013,H,2019,many,1,0\n"
    with pytest.raises(LayerError, match=r"l\.csv: column 'labor_force' holds 'many' \(row 2\)"):
        adapt([put("l.csv", text)])


def test_rows_with_more_fields_than_the_header_are_refused(put):
    for rows in ("25011,F,2019,1,1,0,9\n", "25011,F,2019,1,1,0\n25013,H,2019,1,1,0,9\n"):
        with pytest.raises(
            LayerError, match=r"l\.csv: (has rows with more fields|cannot be read: .*Expected 6 fields)"
        ):
            adapt([put("l.csv", "fips,name,year,labor_force,employed,unemployed\n" + rows)])


def test_text_that_is_not_utf_8_is_read_as_latin_1_unless_an_encoding_is_named(tmp_path):
    path = tmp_path / "cbsa.csv"
    path.write_bytes(METRO.replace("Springfield", "Mayagüez").encode("latin-1"))
    assert adapt([path])["labor_markets"]["labor_market"].iloc[0] == "Mayagüez, MA"
    with pytest.raises(LayerError, match=r"is not utf-8 text \(byte"):
        adapt([path], encoding="utf-8")


def test_the_same_rows_twice_are_a_fault_not_a_sum(put):
    with pytest.raises(
        LayerError, match=r"layer 'acs_estimates' \(acs5_2019_a.json, acs5_2019_b.json\): key .* repeats"
    ):
        adapt([put("acs5_2019_a.json", API), put("acs5_2019_b.json", API)])


def test_files_in_another_order_give_the_same_tables(put):
    paths = [put("cbsa_2023.csv", METRO), put("zones.csv", '"GEOID","CZ20"\n"25011",12\n')]
    pd.testing.assert_frame_equal(adapt(paths)["labor_markets"], adapt(paths[::-1])["labor_markets"])


SENTINELS = [-222222222, -333333333, -666666666, -888888888, -999999999]


@given(
    st.lists(
        st.one_of(st.floats(-1e6, 1e9), st.sampled_from([*SENTINELS, "N", "(X)", "-", "", "**", "2,500-"])), min_size=1
    )
)
def test_no_coded_value_ever_becomes_a_number(tmp_path_factory, cells):
    file = Published(tmp_path_factory.getbasetemp() / "x.csv")
    words = pd.Series([str(cell) for cell in cells], dtype="str")
    found = numbers(file, words, "x")
    for cell, number in zip(cells, found, strict=True):
        assert np.isnan(number) if isinstance(cell, (int, str)) else number == float(str(cell))
    assert margins(file, pd.Series(["-555555555", "*****", "-222222222"]), "x")[:2].tolist() == [0.0, 0.0]


def test_all_tables_are_as_their_layers_are_declared(put):
    for name, table in adapt([put("acs5_2019_a.json", API), put("ln.data", NATION), put("i.csv", INCOME)]).items():
        pd.testing.assert_frame_equal(table, declared(name).check(table))
