"""County Business Patterns in the shapes of 2016 and 2018, written out here in small."""

import numpy as np
import pytest

from layers import LayerError, declared
from layers.adapt._cbp import is_cbp, read_cbp

OLD = (
    "fipstate,fipscty,naics,empflag,emp_nf,emp,qp1,est,n1_4,n5_9,n10_19,n20_49,n50_99,n100_249,n250_499,n500_999,n1000"
)
OLD_ROWS = """25,013,------,,G,170000,1,9000,4000,2000,1500,900,400,150,30,15,5
25,013,31----,,H,15000,1,600,200,100,100,100,50,40,8,2,0
25,013,332710,,G,800,1,40,20,8,6,4,1,1,0,0,0
25,013,33271/,C,D,0,1,3,1,0,1,0,0,1,0,0,0
25,013,336412,M,D,0,1,1,0,0,0,0,0,0,0,0,1
25,013,336413,E,S,0,1,9,N,N,N,N,N,N,N,N,N
"""
NEW = '"fipstate","fipscty","naics","emp_nf","emp","qp1_nf","qp1","ap_nf","ap","est","n<5","n5_9","n10_19","n20_49","n50_99","n100_249","n250_499","n500_999","n1000"'
NEW_ROWS = """"01","001","------","G",11216,"G",1,"G",1,924,442,222,118,100,31,8,"N","N","N"
"01","001","113///","G",68,"G",1,"G",1,7,6,"N","N","N","N","N","N","N","N"
"01","001","113310","J",30,"G",1,"G",1,4,"N","N","N","N","N","N","N","N","N"
"""


def write(folder, name, text):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_withheld_counts_have_the_range_of_their_class_and_of_their_establishments(tmp_path):
    path = write(tmp_path, "cbp16co.txt", f"{OLD}\n{OLD_ROWS}")
    table = declared("industry_employment").check(read_cbp(path, naics_vintage=2012))
    assert table["industry"].tolist() == ["10", "31", "332710", "33271", "336412", "336413"]
    assert set(table["area_id"]) == {"25013"}
    assert set(table["year"]) == {2016}
    assert table["suppressed"].tolist() == [False, False, False, True, True, True]
    assert table["noise_share"].tolist()[:3] == [0.02, 0.05, 0.02]
    low, high = table["employment_low"].tolist()[3:], table["employment_high"].tolist()[3:]
    assert low == [110, 100_000, 250]  # class C from 100, and one each of 10 and 100 or more employees
    assert high[0] == 249  # class C
    assert np.isnan(high[1])
    assert high[2] == 499
    assert table["employment"].isna().tolist() == [False, False, False, True, True, True]


def test_the_shape_since_2017_is_read(tmp_path):
    table = read_cbp(write(tmp_path, "cbp18co.txt", f"{NEW}\n{NEW_ROWS}"))
    assert table["employment"].tolist() == [11216, 68, 30]
    assert table["industry"].tolist() == ["10", "113", "113310"]
    assert np.isnan(table["noise_share"].iloc[2])
    assert is_cbp(NEW.replace('"', "").upper().split(","))


def test_other_files_are_refused_in_words(tmp_path):
    with pytest.raises(LayerError, match="does not say its year"):
        read_cbp(write(tmp_path, "county.csv", f"{OLD}\n{OLD_ROWS}"))
    assert set(read_cbp(tmp_path / "county.csv", year=1998)["year"]) == {1998}
    with pytest.raises(LayerError, match="has no column emp, est; get the county file"):
        read_cbp(write(tmp_path, "cbp98co.txt", "fipstate,fipscty,naics\n25,013,31----\n"))
    with pytest.raises(LayerError, match=r"column 'emp' holds 'x' \(row 3\)"):
        read_cbp(write(tmp_path, "cbp98co.txt", f"{OLD}\n{OLD_ROWS}".replace(",800,", ",x,")))
    with pytest.raises(LayerError, match="does not exist"):
        read_cbp(tmp_path / "cbp99co.txt")
