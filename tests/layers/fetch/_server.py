"""A server on this machine that serves recorded shapes, well or badly, and notes what it was asked."""

import gzip
import io
import json
import re
import struct
import threading
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def dbf(*names):
    """A dBASE table without rows: 32 bytes of head, 32 for each column, a carriage return (dBASE III)."""
    length = 32 + 32 * len(names) + 1
    head = struct.pack("<BBBBIHH20x", 3, 123, 1, 1, 0, length, 1 + 10 * len(names))
    rows = b"".join(name.encode().ljust(11, b"\0") + b"C" + bytes(4) + bytes([10]) + bytes(15) for name in names)
    return head + rows + b"\r\x1a"


def zipped(**members):
    """A zip archive; two underscores in a name are a stop."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(
                zipfile.ZipInfo(name.replace("__", "."), (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


COUSUB = zipped(
    cb_2023_25_cousub_500k__shp=b"\x00\x00\x27\x0a" + bytes(96),
    cb_2023_25_cousub_500k__dbf=dbf("STATEFP", "COUNTYFP", "COUSUBFP", "GEOID", "NAME", "NAMELSAD", "ALAND"),
    cb_2023_25_cousub_500k__prj=b'GEOGCS["GCS_North_American_1983"]',
)
COUSUB_PATH = "/geo/tiger/GENZ2023/shp/cb_2023_25_cousub_500k.zip"
ACS_PATH = "/data/2023/acs/acs5?get=group(B19013)&for=county%20subdivision:*&in=state:25"
ACS = json.dumps(
    [
        ["GEO_ID", "NAME", "B19013_001E", "B19013_001M", "state", "county", "county subdivision"],
        ["0600000US2501114885", "Colrain town, Franklin County, Massachusetts", "75000", "9100", "25", "011", "14885"],
    ]
).encode()
QCEW_PATH = "/cew/data/api/2023/a/area/25011.csv"
QCEW = (
    b'"area_fips","own_code","industry_code","agglvl_code","size_code","year","qtr","disclosure_code","annual_avg_estabs","annual_avg_emplvl"\n'
    b'"25011","5","10","71","0","2023","A","",2100,22000\n'
)


@dataclass
class Answer:
    """What the server says once."""

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    claim: int | None = None
    wait: float = 0.0
    rest_after: float = 0.0


@dataclass
class Server:
    """Answers by path; the last one of several stays."""

    address: str
    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def serve(self, path, *answers):
        self.answers[path] = list(answers)

    def paths(self):
        return [path for _, path, _, _ in self.asked]


class Http(ThreadingHTTPServer):
    """Answers each question in a thread of its own, and ends waiting ones when it stops."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.stop = threading.Event()
        self.ours = Server(f"http://127.0.0.1:{self.server_address[1]}")


class Handler(BaseHTTPRequestHandler):
    server: Http
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, posted):
        server = self.server.ours
        server.asked.append((self.command, self.path, dict(self.headers), posted))
        known = server.answers.get(self.path) or server.answers.get(re.sub("[?&]key=.*", "", self.path))
        answer = (known.pop(0) if len(known) > 1 else known[0]) if known else Answer(b"no such file", 404)
        if callable(answer):
            answer = answer(self.headers)
        self.server.stop.wait(answer.wait)
        self.send_response(answer.status)
        for name, text in answer.headers.items():
            self.send_header(name, text)
        if "Transfer-Encoding" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body) if answer.claim is None else answer.claim))
        self.end_headers()
        begin = len(answer.body) // 2 if answer.rest_after else 0
        self.wfile.write(answer.body[:begin])
        self.server.stop.wait(answer.rest_after)
        with suppress(ConnectionError):
            self.wfile.write(answer.body[begin:])
        self.close_connection = self.close_connection or answer.claim is not None

    def log_message(self, *_):
        pass


def ranged(whole, etag='"v1"', cut=0):
    """Answers with a range where it is asked for; the first answer breaks off after `cut` bytes."""

    def answer(headers):
        asked = headers.get("Range", "")
        more = {"ETag": etag, "Accept-Ranges": "bytes"}
        if asked and headers.get("If-Range") == etag:
            at = int(asked.removeprefix("bytes=").rstrip("-"))
            more["Content-Range"] = f"bytes {at}-{len(whole) - 1}/{len(whole)}"
            return Answer(whole[at:], 206, more)
        return Answer(whole[:cut] if cut else whole, 200, more, claim=len(whole) if cut else None)

    return answer


def packed(content):
    """An answer packed by gzip."""
    return Answer(gzip.compress(content, mtime=0), headers={"Content-Encoding": "gzip"})
