"""Annual averages of QCEW in the true shape, written out here in small."""

import pytest

from layers import LayerError, declared
from layers.adapt._qcew import is_qcew, read_qcew

HEADER = (
    "area_fips,own_code,industry_code,agglvl_code,size_code,year,qtr,disclosure_code,area_title,annual_avg_estabs,"
    "annual_avg_emplvl,total_annual_wages"
)
ROWS = """US000,5,10,11,0,2016,A,,U.S. TOTAL,9400000,120000000,1
US000,5,31-33,14,0,2016,A,,U.S. TOTAL,340000,12000000,1
25000,5,332710,58,0,2016,A,,Massachusetts,500,9000,1
C4414,5,332710,48,0,2016,A,,"Springfield, MA MSA",60,1200,1
25013,5,10,71,0,2016,A,,"Hampden County, Massachusetts",14000,180000,1
25013,5,101,72,0,2016,A,,"Hampden County, Massachusetts",2000,30000,1
25013,5,1013,73,0,2016,A,,"Hampden County, Massachusetts",700,20000,1
25013,5,332710,78,0,2016,A,,"Hampden County, Massachusetts",40,800,1
25013,5,336412,78,0,2016,A,N,"Hampden County, Massachusetts",3,0,0
25013,1,10,71,0,2016,A,,"Hampden County, Massachusetts",50,4000,1
CS148,5,332710,38,0,2016,A,,Combined area,900,20000,1
"""


def write(folder, rows=ROWS, header=HEADER):
    path = folder / "2016.annual.singlefile.csv"
    path.write_text(header + "\n" + rows, "utf-8")
    return path


def test_rows_are_as_the_layer_is_declared(tmp_path):
    table = declared("industry_employment").check(read_qcew(write(tmp_path), naics_vintage=2012))
    assert table["area_id"].tolist() == ["US", "US", "25", "44140", "25013", "25013", "25013"]
    assert table["area_kind"].tolist() == [
        "nation",
        "nation",
        "state",
        "metropolitan area",
        "county",
        "county",
        "county",
    ]
    assert table["industry"].tolist() == ["10", "31", "332710", "332710", "10", "332710", "336412"]
    assert table["employment"].fillna(-1).tolist() == [120e6, 12e6, 9000, 1200, 180_000, 800, -1]
    assert table["suppressed"].tolist() == [False] * 6 + [True]
    assert table["establishments"].tolist()[-1] == 3
    assert set(table["naics_vintage"]) == {2012}


def test_other_owners_can_be_read(tmp_path):
    assert read_qcew(write(tmp_path), ownership="1")["employment"].tolist() == [4000]


def test_the_older_name_of_establishments_is_known(tmp_path):
    header = HEADER.replace("annual_avg_estabs", "annual_avg_estabs_count")
    assert len(read_qcew(write(tmp_path, header=header))) == 7
    assert is_qcew(header.split(","))
    assert not is_qcew(["area_fips", "own_code"])


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        (ROWS.replace(",A,", ",1,"), HEADER, "is of quarters; get the annual averages"),
        (ROWS, HEADER.replace("agglvl_code", "level"), "has no column agglvl_code"),
        (ROWS.replace(",800,", ",eight,"), HEADER, "column 'annual_avg_emplvl' holds 'eight'"),
        ("", HEADER, "has no rows|cannot be read|No objects"),
    ],
)
def test_other_files_are_refused_in_words(tmp_path, rows, header, message):
    with pytest.raises(LayerError, match=message):
        read_qcew(write(tmp_path, rows, header))
    with pytest.raises(LayerError, match="does not exist"):
        read_qcew(tmp_path / "none.csv")
