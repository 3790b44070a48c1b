"""Download: checked, resumed, and clear when it fails."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from perovdata.errors import InputError
from perovdata.vision import DOWNLOADS, fetch
from perovdata.vision.data.downloads import Download

CONTENT = gzip.compress(bytes(range(256)) * 2000, mtime=0)


class _Server(BaseHTTPRequestHandler):
    ranges = True
    asked: list[str | None]

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        if "missing" in self.path:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    handler = type("Handler", (_Server,), {"asked": [], "ranges": True})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    handler.url = f"http://127.0.0.1:{httpd.server_port}/"
    yield handler
    httpd.shutdown()
    httpd.server_close()


def source(*mirrors: str, digest: str | None = None) -> Download:
    good = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    return Download(mirrors, {"file.gz": digest or good}, "md5 of the file", "free", "nobody")


def test_downloads_once_and_reports_progress(tmp_path, server):
    seen = []
    for _ in range(2):
        fetch("own", tmp_path, source=source(server.url), progress=lambda *args: seen.append(args))
    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert len(server.asked) == 1
    assert seen[-1] == ("file.gz", len(CONTENT), len(CONTENT))
    assert not list(tmp_path.glob("*.part"))


def test_resumes_where_it_stopped(tmp_path, server):
    (tmp_path / "file.gz.part").write_bytes(CONTENT[:1000])
    fetch("own", tmp_path, source=source(server.url))
    assert server.asked == ["bytes=1000-"]
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_complete_part_is_taken(tmp_path, server):
    (tmp_path / "file.gz.part").write_bytes(CONTENT)
    fetch("own", tmp_path, source=source(server.url))
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_starts_again_if_the_server_cannot_resume(tmp_path, server):
    server.ranges = False
    (tmp_path / "file.gz.part").write_bytes(CONTENT[:1000])
    fetch("own", tmp_path, source=source(server.url))
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_second_mirror_after_the_first_fails(tmp_path, server):
    fetch("own", tmp_path, source=source(server.url + "missing/", server.url))
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_wrong_digest_leaves_nothing(tmp_path, server):
    with pytest.raises(InputError, match=r"does not have the md5.*argument data_dir"):
        fetch("own", tmp_path, source=source(server.url, digest="0" * 32))
    assert [path.name for path in tmp_path.iterdir()] == [".fetch.lock"]


def test_a_damaged_file_is_fetched_again(tmp_path, server):
    (tmp_path / "file.gz").write_bytes(CONTENT[:500] + b"damage" + CONTENT[506:])
    fetch("own", tmp_path, source=source(server.url))
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_damage_inside_the_compressed_stream_is_seen(tmp_path, server):
    digest = hashlib.sha256(gzip.decompress(CONTENT)).hexdigest()
    wanted = Download((server.url,), {"file.gz": digest}, "sha256 of the content", "free", "nobody")
    (tmp_path / "file.gz").write_bytes(CONTENT[:12] + bytes([CONTENT[12] ^ 255]) + CONTENT[13:])
    fetch("own", tmp_path, source=wanted)
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


def test_a_damaged_part_is_discarded(tmp_path, server):
    (tmp_path / "file.gz.part").write_bytes(b"x" * 1000)
    fetch("own", tmp_path, source=source(server.url))
    assert server.asked == ["bytes=1000-", None]
    assert (tmp_path / "file.gz").read_bytes() == CONTENT


_FETCH = """
import sys
from perovdata.vision import fetch
from perovdata.vision.data.downloads import Download
mirror = Download((sys.argv[2],), {"file.gz": sys.argv[3]}, "md5 of the file", "", "")
fetch("own", sys.argv[1], source=mirror)
"""


def test_two_processes_fetch_at_once(tmp_path, server):
    good = source(server.url).digests["file.gz"]
    command = [sys.executable, "-c", _FETCH, str(tmp_path), server.url, good]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert server.asked == [None]  # the second waited and found the file


def test_unknown_name():
    with pytest.raises(InputError, match="mnist, fashion"):
        fetch("cifar")


def test_published_digests_have_their_length():
    lengths = {"sha256 of the content": 64, "md5 of the file": 32}
    for download in DOWNLOADS.values():
        assert len(download.digests) == 4
        assert all(len(digest) == lengths[download.digest_of] for digest in download.digests.values())
