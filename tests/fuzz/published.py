"""Sound files in every shape of an agency, small."""

import gzip
import json
from functools import cache
from typing import Final

from tests.fuzz.case import Sound

_API: Final = [
    ["NAME", "B23001_024E", "B23001_024M", "state", "county", "county subdivision"],
    *[[f"Town {n}", str(n * 7), "5", "25", "011", f"{n:05}"] for n in range(1, 20)],
]
_FLAT: Final = "series_id                     \tyear\tperiod\t       value\tfootnote_codes\n" + "".join(
    f"LAUCN2501{n}0000000{k:04}          \t2019\tM{m:02}\t        {k * 1000 + n}\t\n"
    for n in (1, 3, 5) for m in (1, 2, 13) for k in (4, 5, 6)
)  # fmt: skip
_FLAT_FIXED: Final = _FLAT.replace("0000000000", "000000000")
_NATION: Final = "series_id\tyear\tperiod\tvalue\tfootnote_codes\n" + "".join(
    f"LNU0{k}000000      \t2019\tM{m:02}\t{k * 50_000 + m}\t\n" for k in (1, 2, 3) for m in range(1, 13)
)
_COUNTIES: Final = (
    " LAUS          State County County Name/                Labor                      Unemploy-\n"
    + "".join(
        f"CN2501{n}00000000    25    01{n}    County {n}, MA              2019         40,85{n}     39,649      1,208      3.0\n"
        for n in (1, 3, 5)
    )
)
_LONG: Final = "fips,name,year,labor_force,employed,unemployed\n" + "".join(
    f"2501{n},County {n},2019,40{n}00,39000,1500\n" for n in range(1, 10, 2)
)
_INCOME: Final = "GeoFIPS,GeoName,Region,TableName,LineCode,IndustryClassification,Description,Unit,2017,2018\n" + "".join(
    f' "2501{n}","County {n}, MA",1,CAINC1,{k},...,Line {k},Unit,{5000 * k + n},{5100 * k + n}\n'
    for n in (1, 3, 5) for k in (1, 2, 3)
)  # fmt: skip
_WIDE: Final = "fips,GeoName,2017,2018\n" + "".join(f'2501{n},"County {n}, MA",5{n}000,5{n}100\n' for n in (1, 3, 5, 7))
_METRO: Final = "cbsacode,cbsatitle,metropolitanmicropolitanstatis,fipsstatecode,fipscountycode\n" + "".join(
    f'"4414{n}","Springfield {n}, MA","Metropolitan Statistical Area","25","01{n}"\n' for n in (1, 3, 5)
)
_ZONES: Final = "GEOID,CZ20\n" + "".join(f"2501{n},{200 + n}\n" for n in (1, 3, 5))
_URBAN: Final = "UACE,NAME,POP\n" + "".join(
    f'8392{n},"Springfield {n}, MA--CT Urban Area",62130{n}\n' for n in range(5)
)
_RURAL: Final = "geoid,name,year,rural_def,is_rural\n" + "".join(
    f'2501{n},RUCC,2023.0,"{n}. Nonmetro - Urban population of 20,000 or more",Rural\n' for n in (1, 3, 5)
)
_TABLE: Final = "fips,name,median_household_income_2019,poverty_2019\n" + "".join(
    f'2501{n},"County {n}, MA",6{n}000,10.{n}\n' for n in (1, 3, 5)
)
_CENSUS: Final = (
    "GEO_ID,NAME,S1701_C03_001E,S1701_C03_001M\nGeography,Geographic Area Name,Estimate!!Percent,Margin of Error!!Percent\n"
) + "".join(f'0500000US2501{n},"County {n}, Massachusetts",10.{n},1.0\n' for n in (1, 3, 5))
QCEW: Final = (
    "area_fips,own_code,industry_code,agglvl_code,size_code,year,qtr,disclosure_code,area_title,annual_avg_estabs,"
    "annual_avg_emplvl,total_annual_wages\n"
) + "".join(f'25013,5,33271{n},78,0,2016,A,,"Hampden County, Massachusetts",4{n},80{n},1\n' for n in range(9))
CBP: Final = "fipstate,fipscty,naics,empflag,emp_nf,emp,qp1_nf,qp1,ap_nf,ap,est,n1_4,n5_9\n" + "".join(
    f'"25","0{n}","------","","G",{n}00,"G",1,"G",1,{n},2,3\n' for n in range(11, 27, 2)
)
_NAMES: Final = {
    "acs5_2019_b23001.json": json.dumps(_API), "la.data.64.County": _FLAT_FIXED, "ln.data.1": _NATION,
    "laucnty19.txt": _COUNTIES, "laus.csv": _LONG, "CAINC1_MA.csv": _INCOME, "income.csv": _WIDE, "cbsa2015.csv": _METRO,
    "zones.csv": _ZONES, "urban_areas_2020.csv": _URBAN, "rural.csv": _RURAL, "counties.csv": _TABLE,
    "ACSST5Y2019.S1701-Data.csv": _CENSUS,
}  # fmt: skip


@cache
def adapted() -> list[Sound]:
    plain = [Sound(name, {name: text.encode("utf-8")}) for name, text in _NAMES.items()]
    return [*plain, Sound("laus.csv.gz", {"laus.csv.gz": gzip.compress(_LONG.encode("ascii"), mtime=0)})]


@cache
def qcew() -> list[Sound]:
    name = "2016.annual.singlefile.csv"
    return [Sound(name, {name: QCEW.encode("ascii")})]


@cache
def cbp() -> list[Sound]:
    return [Sound("cbp16co.txt", {"cbp16co.txt": CBP.encode("ascii")})]
