"""A server on this machine with answers in the agencies' own shapes, of four invented towns in a real county's codes."""

import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from openpyxl import Workbook

from planner.start.statistics import wanted_series

NASTY = '=HYPERLINK("http://x")]]></script><script>alert(1)</script>`${1}`\n[layers.evil]\npath = "/etc/passwd"'
_TOWNS = [  # code, name, full name, west, south
    ("2501112345", "Ashdale", "Ashdale town", -72.80, 42.60),
    ("2501123456", "Birchfield", "Birchfield Town city", -72.70, 42.60),
    ("2501134567", "Cedar \u00c9tang", "Cedar \u00c9tang town", -72.60, 42.60),
    ("2501345678", "Springfield", "Springfield city", -72.60, 42.10),
    ("2501356789", "Ashdale", "Ashdale town", -72.70, 42.10),
    ("2501100000", "County subdivisions not defined", "County subdivisions not defined", -72.5, 42.6),
]
_COUNTIES = [("25011", "Franklin", "Franklin County", -72.80, 42.60), ("25013", "Hampden", "Hampden County", -72.7, 42.1),
             ("36033", "Franklin", "Franklin County", -74.5, 44.5)]  # fmt: skip
_ANCHORS = ["school", "library", "townhall", "fire_station", "hospital", "university", "bench"]


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__dot__", "."), (2024, 1, 1, 0, 0, 0)), content)
    return packed.getvalue()


def shapefile(folder, stem, rows, columns):
    folder.mkdir(parents=True, exist_ok=True)
    shapes = [shapely.box(west, south, west + 0.1, south + 0.1) for *_, west, south in rows]
    table = gpd.GeoDataFrame(pd.DataFrame([columns(row) for row in rows]), geometry=shapes, crs="EPSG:4269")
    pyogrio.write_dataframe(table, folder / f"{stem}.shp")
    return zipped(**{path.name: path.read_bytes() for path in sorted(folder.glob(f"{stem}.*"))})


def town_columns(row):
    code, name, full, *_ = row
    return {"STATEFP": code[:2], "COUNTYFP": code[2:5], "COUSUBFP": code[5:], "GEOID": code, "NAME": name,
            "NAMELSAD": full, "ALAND": 0 if code.endswith("00000") else 91_000_000}  # fmt: skip


def county_columns(row):
    code, name, full, *_ = row
    return {"STATEFP": code[:2], "COUNTYFP": code[2:], "GEOID": code, "NAME": name, "NAMELSAD": full, "ALAND": 10**9}


def state_columns(row):
    code, name, postal, *_ = row
    return {"STATEFP": code, "GEOID": code, "STUSPS": postal, "NAME": name, "ALAND": 10**10}


def workbook():
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.append(["List 1. CORE BASED STATISTICAL AREAS (CBSAs), JULY 2023"])
    sheet.append([])
    sheet.append(["CBSA Code", "Metropolitan Division Code", "CSA Code", "CBSA Title", "Metropolitan/Micropolitan Statistical Area",
                  "County/County Equivalent", "State Name", "FIPS State Code", "FIPS County Code"])  # fmt: skip
    metro = "Metropolitan Statistical Area"
    sheet.append(["44140", "", "", "Springfield, MA", metro, "Hampden County", "Massachusetts", "25", "013"])
    sheet.append(["24640", "", "", "Greenfield, MA", metro, "Franklin County", "Massachusetts", "25", "011"])
    sheet.append(["Note: counties as of 2023."])
    book.save(out)
    return out.getvalue()


def acs(query, path):
    table = query["get"][0].split("group(")[1].rstrip(")") if "group(" in query["get"][0] else ""
    level = query["for"][0].split(":")[0]
    places = {
        "us": [("0100000US", "United States")], "state": [("0400000US25", "Massachusetts"), ("0400000US36", "New York")],
        "county": [(f"0500000US{code}", full) for code, _, full, *_ in _COUNTIES if code[:2] == "25"],
        "county subdivision": [(f"0600000US{code}", full) for code, _, full, *_ in _TOWNS],
        "tract": [("1400000US25011040100", "Census Tract 401"), ("1400000US25013800100", "Census Tract 8001")],
    }[level]  # fmt: skip
    series = sorted(wanted_series()[table])
    names = ["GEO_ID", "NAME"]
    for each in series:
        names += [f"{each}E", f"{each}EA", f"{each}M", f"{each}MA"]
    first = f"{table}_001"
    extra = [] if first in series else [f"{first}E", f"{first}M"]
    rows = [
        [code, name, *(["1000", None, "-555555555", "*****"] * len(series)), *(["9", "1"] if extra else [])]
        for code, name in places
    ]
    return [[*names, *extra, level], *([*row, "x"] for row in rows)]


def decennial(query, path):
    if path.endswith("dhc"):
        return [["NAME", "P1_001N", "urban area"], ["Springfield, MA--CT Urban Area (2020)", "442145", "83116"]]
    rows = [
        [f"{full}, X County, Massachusetts", "1200", "640", code[:2], code[2:5], code[5:]]
        for code, _, full, *_ in _TOWNS
    ]
    return [["NAME", "P1_001N", "H1_001N", "state", "county", "county subdivision"], *rows]


def laus(query, path):
    lines = ["series_id                     \tyear\tperiod\t       value\tfootnote_codes"]
    for code in ("25011", "25013", "36033"):
        for year in (2019, 2021, 2022, 2023):
            for measure, number in (("03", "3.1"), ("04", "31"), ("05", "969"), ("06", "1000")):
                lines.append(f"LAUCN{code}00000000{measure}          \t{year}\tM01\t        {number}\t")
                lines.append(f"LAUCN{code}00000000{measure}          \t{year}\tM13\t        {number}\t")
    return "\n".join(lines) + "\n"


def cainc1():
    head = '"GeoFIPS","GeoName","Region","TableName","LineCode","IndustryClassification","Description","Unit","2021","2022"\n'
    rows = [
        f'" ""{code}""","{name}","","CAINC1",{line},"...","{what}","",{figure},{figure}'
        for code, name in (
            ("00000", "United States"),
            ("25000", "Massachusetts"),
            ("25011", "Franklin, MA"),
            ("25013", "Hampden, MA"),
        )
        for line, what, figure in ((1, "Personal income", 60000), (2, "Population", 1000), (3, "Per capita", 60000))
    ]
    text = head + "\n".join(rows) + '\n"Note: See the included footnote file."\n'
    return zipped(CAINC1__ALL_AREAS_2021_2022__dot__csv=text, CAINC1__definition__dot__xml="<a/>")


def qcew(query, path):
    area = path.rsplit("/", 1)[1].split(".")[0]
    kind = {"US000": "1", "25000": "5"}.get(area, "7")
    head = "area_fips,own_code,industry_code,agglvl_code,size_code,year,qtr,disclosure_code,annual_avg_estabs,annual_avg_emplvl\n"
    return (
        head
        + f'"{area}","5","10","{kind}1","0","2023","A","","40","500"\n"{area}","5","31-33","{kind}4","0","2023","A","N","3","0"\n'
    )


def ipeds():
    head = "UNITID,INSTNM,CITY,STABBR,ICLEVEL,C18BASIC,C21BASIC,LONGITUD,LATITUDE\n"
    rows = [f'1664{row},"Univ\u00e9rsity {row}","X","MA",1,{basic},{basic},{x},{y}' for row, (basic, x, y) in
            enumerate([(15, -72.55, 42.65), (18, -72.75, 42.65), (2, -72.65, 42.65), (15, -100.0, 40.0)])]  # fmt: skip
    return zipped(hd2023__dot__csv=(head + "\n".join(rows) + "\n").encode("latin-1"))


def overpass(query, path):
    body = query["data"][0]
    if "amenity" in body:
        made = [
            {
                "type": "node",
                "id": 10 + at,
                "lat": 42.65,
                "lon": -72.79 + at / 50,
                "tags": {"amenity": kind, "name": NASTY if at == 1 else f"The {kind}"},
            }
            for at, kind in enumerate(_ANCHORS)
        ]
        made += [
            {"type": "way", "id": 77, "center": {"lat": 42.66, "lon": -72.66}, "tags": {"amenity": "school"}},
            {"type": "way", "id": 78, "tags": {"amenity": "school"}},
            {"type": "node", "id": 79, "lat": 41.0, "lon": -70.0, "tags": {"amenity": "school", "name": "Far"}},
        ]
        return {"version": 0.6, "generator": "Overpass API", "elements": made}
    nodes = "".join(f'<node id="{at}" lat="{42.61 + at / 100}" lon="{-72.75 + at / 100}"/>' for at in range(1, 8))
    way = "".join(f'<nd ref="{at}"/>' for at in range(1, 8))
    street = f'<way id="5">{way}<tag k="highway" v="residential"/><tag k="name" v="Main &amp; Elm"/></way>'
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="Overpass API">{nodes}{street}</osm>\n'


def blocks():
    lines = [
        "BLOCKID|COUNTYFP|COUSUBFP",
        *(f"25{code[2:5]}040100100{at}|{code[2:5]}|{code[5:]}" for at, (code, *_) in enumerate(_TOWNS)),
    ]
    return zipped(
        BlockAssign_ST25_MA_MCD__dot__txt="\n".join(lines) + "\n", BlockAssign_ST25_MA_CD__dot__txt="BLOCKID|DISTRICT\n"
    )


def bdc(query, path):
    if "listAvailabilityData" in path:
        return {
            "data": [{"file_id": 11, "state_fips": "25", "file_name": "bdc_25_Cable_fixed_broadband_J24"}],
            "status": "successful",
        }
    head = "frn,provider_id,brand_name,location_id,technology,max_advertised_download_speed,max_advertised_upload_speed,low_latency,business_residential_code,state_usps,block_geoid,h3_res8_id"
    rows = [
        f"0001234567,130077,Cable Co,10{at:08d},40,{100 if at % 2 else 10},20,1,X,MA,250110401001{at % 3:03d},882aa845d3fffff"
        for at in range(30)
    ]
    return zipped(bdc_25_Cable_fixed_broadband_J24_18nov2024__dot__csv="\n".join([head, *rows]) + "\n")


class Agencies:
    """Answers by the end of an address; those named in `broken` are not to be had."""

    def __init__(self, folder, towns=None):
        rows = towns or _TOWNS
        self.broken, self.asked = set(), []
        self.answers = {
            "_25_cousub_500k.zip": shapefile(folder / "t", "cb_2023_25_cousub_500k", rows, town_columns),
            "_us_county_500k.zip": shapefile(folder / "c", "cb_2023_us_county_500k", _COUNTIES, county_columns),
            "_us_state_500k.zip": shapefile(
                folder / "s", "cb_2023_us_state_500k", [("25", "Massachusetts", "MA", -72.8, 42.6)], state_columns
            ),
            ".xlsx": workbook(), "acs5": acs, "/dec/pl": decennial, "/dec/dhc": decennial, "la.data.64.County": laus,
            "CAINC1.zip": cainc1(), "/area/": qcew, "HD2023.zip": ipeds(), "interpreter": overpass,
            "BlockAssign_ST25_MA.zip": blocks(), "listAvailabilityData": bdc, "downloadFile": bdc,
        }  # fmt: skip

    def answer(self, address, body):
        parts = urlsplit(address)
        self.asked.append(parts.path)
        found = next((name for name in self.answers if name in parts.path), None)
        if found is None or any(word in address + body for word in self.broken):
            return None
        made = self.answers[found]
        made = made(parse_qs(parts.query) | parse_qs(body), parts.path) if callable(made) else made
        made = json.dumps(made) if isinstance(made, (list, dict)) else made
        return made.encode() if isinstance(made, str) else made


class Served:
    """Serve agencies on 127.0.0.1 for a while; gives the address."""

    def __init__(self, agencies):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self, body=""):
                content = agencies.answer(self.path, body)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def do_GET(self):
                self.reply()

            def do_POST(self):
                self.reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
