"""The declared formats: headers as published, what file names tell, and how a file is recognised."""

import datetime as dt
import re

import pytest

from layers import LayerError
from layers.filings import formats, recognise

PUBLISHED = {
    "bdc_fixed": "frn,provider_id,brand_name,location_id,technology,max_advertised_download_speed,"
    "max_advertised_upload_speed,low_latency,business_residential_code,state_usps,block_geoid,h3_res8_id",
    "bdc_summary": "area_data_type,geography_type,geography_id,geography_desc,geography_desc_full,total_units,biz_res,"
    "technology,speed_02_02,speed_10_1,speed_25_3,speed_100_20,speed_250_25,speed_1000_100",
    "served_unserved": "location_id,block_geoid,h3_res8_id,any_dl100_ul20,wired_dl100_ul20,terrestrial_dl100_ul20",
    "fabric": "location_id,address_primary,city,state,zip,zip_suffix,unit_count,bsl_flag,building_type_code,"
    "land_use_code,address_confidence_code,county_geoid,block_geoid,h3_9,latitude,longitude,fcc_rel",
    "form477": "LogRecNo,Provider_Id,FRN,ProviderName,DBAName,HoldingCompanyName,HocoNum,HocoFinal,StateAbbr,BlockCode,"
    "TechCode,Consumer,MaxAdDown,MaxAdUp,Business,MaxCIRDown,MaxCIRUp",
    "bead_unserved": "location_id",
    "bead_underserved": "location_id",
    "bead_post_challenge_locations": "location_id,classification",
    "bead_cai": "type,entity_name,entity_number,cms_number,frn,location_id,address_primary,city,state,zip_code,"
    "longitude,latitude,explanation,need,availability",
    "provider_locations": "provider_id,brand_name,location_id,technology,max_advertised_download_speed,"
    "max_advertised_upload_speed,low_latency,business_residential_code",
}


def test_headers_are_the_published_ones_in_order():
    assert {name: ",".join(form.headers) for name, form in formats().items()} == PUBLISHED


def test_every_format_says_what_it_is_and_every_column_what_it_means():
    for form in formats().values():
        assert all([form.title, form.meaning.endswith("."), form.source, form.specification, form.licence])
        assert re.fullmatch("[0-9a-f]{64}", form.digest)
        for name, column in form.columns.items():
            assert column.meaning.endswith(".")
            for ending, unit in {"_mbps": "Mbps", "_deg": "deg"}.items():
                assert (column.unit == unit) == name.endswith(ending), (form.name, name)
        if form.file_name:
            assert form.told_by([form.file_name.example]) is not None, form.name


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_format_is_recognised_by_its_columns_in_any_order(name):
    header = PUBLISHED[name].split(",")
    assert recognise(header[::-1], f"{name.removeprefix('bead_')}.csv").name == name


def test_form_477_is_recognised_without_contract_speeds_but_not_with_one_of_them():
    header = PUBLISHED["form477"].split(",")
    assert recognise(header[:-2]).name == "form477"
    with pytest.raises(LayerError, match=r"the nearest is 'form477' .*; column 'MaxCIRUp' .* is missing"):
        recognise(header[:-1])


@pytest.mark.parametrize(
    ("name", "as_of", "released", "parts"),
    [
        ("bdc_50_Cable_fixed_broadband_J25_18nov2025.zip", (2025, 6, 30), (2025, 11, 18), {"state_fips": "50"}),
        ("bdc_25_FibertothePremises_fixed_broadband_D25_01may2026.csv", (2025, 12, 31), (2026, 5, 1), {}),
        ("bdc_25_Copper_fixed_broadband_D25_later.csv", (2025, 12, 31), None, {"technology": "Copper"}),
    ],
)
def test_a_file_name_tells_state_technology_and_days(name, as_of, released, parts):
    told = formats()["bdc_fixed"].told_by([name])
    assert told is not None
    assert told.as_of == dt.date(*as_of)
    assert told.released == (dt.date(*released) if released else None)
    assert told.parts.items() >= parts.items()


@pytest.mark.parametrize(
    ("form", "name", "as_of"),
    [
        ("form477", "MA-Fixed-Dec2019-v1.zip", dt.date(2019, 12, 31)),
        ("form477", "MA-Fixed-Jun2019-v1.zip", dt.date(2019, 6, 30)),
        ("fabric", "FCC_Active_BSL_12312022.csv", dt.date(2022, 12, 31)),
        ("fabric", "FCC_Active_BSL_99312022.csv", None),
    ],
)
def test_other_conventions_of_days(form, name, as_of):
    told = formats()[form].told_by([name])
    assert told is not None
    assert told.as_of == as_of


def test_a_name_of_ones_own_tells_nothing():
    assert formats()["bdc_fixed"].told_by(["my own name.csv"]) is None


def fault(header, **options):
    with pytest.raises(LayerError) as caught:
        recognise(header, **options)
    return str(caught.value)


def test_what_is_not_recognised_is_named_with_the_nearest_format():
    header = PUBLISHED["bdc_fixed"].replace("frn,", "FRN,").split(",")
    assert fault(header) == (
        "header: is not of a known format; the nearest is 'bdc_fixed' (Fixed availability); column 'frn' (FCC "
        "registration number; ten digits with leading zeros) is missing; column 'FRN' is not known (known: "
        + ", ".join(sorted(formats()["bdc_fixed"].headers)) + ")"
    )  # fmt: skip
    assert "column 'techology' is not known (did you mean 'technology'?)" in fault(
        [name.replace("technology", "techology") for name in PUBLISHED["bdc_fixed"].split(",")]
    )
    assert "has no column of any known format (it begins '0003768165', '130317'" in fault(["0003768165", "130317"])
    assert fault(["location_id", "location_id"]) == "header: column 'location_id' repeats; keep one of each"
    assert "parted by semicolons" in fault([PUBLISHED["bdc_fixed"].replace(",", ";")])
    assert "format 'bdc' is not declared" in fault(["location_id"], format="bdc")
    assert "is not that of format 'bead_cai'" in fault(["location_id"], format="bead_cai")


def test_one_header_of_two_formats_needs_a_name():
    assert "say which one: format='bead_underserved', format='bead_unserved'" in fault(["location_id"], name="ids.csv")
    assert recognise(["location_id"], format="bead_unserved").name == "bead_unserved"
    assert recognise(["location_id"], "underserved.csv").name == "bead_underserved"
