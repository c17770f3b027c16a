# SPDX-License-Identifier: Apache-2.0
"""The phone's app as toopherd serves it: addresses, media types, caching, packing, and the policy of its page."""

import gzip
import hashlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")),
                                "tests/support"))
import system  # noqa: E402

WEB = system.SOURCE / "src" / "web"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
         ".png": "image/png"}


def app_files():
    """What lies below /app/VERSION/: everything but the files of fixed addresses, and the tools."""
    fixed = {"index.html", "sw.js", "app.webmanifest"}
    files = [path for path in WEB.rglob("*") if path.is_file() and path.suffix not in (".sh", ".mk", ".json", "")]
    return {str(path.relative_to(WEB)): path for path in files if path.name not in fixed}


class WebApp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.server = system.Toopherd(cls.directory.name)
        cls.base = re.search(r'src="(/app/[0-9a-f]{16})/app/main\.js"', cls.get("/")[2].decode()).group(1)

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        cls.directory.cleanup()
        if status != 0:
            raise AssertionError(f"toopherd ended with {status}: {cls.server.text()}")

    @classmethod
    def get(cls, path, method="GET", **headers):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(cls.server.url).netloc, timeout=30)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        result = answer.status, answer.headers, answer.read()
        connection.close()
        return result

    def test_page_has_a_strict_policy_and_is_asked_for_anew(self):
        status, headers, body = self.get("/")
        self.assertEqual((status, headers["Content-Type"], headers["Cache-Control"]),
                         (200, "text/html; charset=utf-8", "no-cache"))
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        self.assertEqual(policy["default-src"], "'none'")
        for what in ("script-src", "style-src", "connect-src"):
            self.assertEqual(policy[what], "'self'")
        self.assertEqual(policy["require-trusted-types-for"], "'script'")
        self.assertEqual(policy["frame-ancestors"], "'none'")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("Set-Cookie", headers)
        page = body.decode()
        self.assertNotIn("@", re.sub(r"<!--.*?-->", "", page), "a placeholder was not filled in")
        self.assertNotRegex(page, r"<script(?![^>]* src=)|<style|\son\w+=|https?://")

    def test_a_pairing_link_opens_the_same_page(self):
        status, headers, body = self.get("/enrol")
        _, home_headers, home = self.get("/")
        self.assertEqual((status, body), (200, home))
        for name in ("Content-Security-Policy", "Referrer-Policy", "Cache-Control"):
            self.assertEqual(headers[name], home_headers[name])

    def test_every_file_is_served_as_it_is_in_the_tree(self):
        for name, path in app_files().items():
            with self.subTest(name):
                status, headers, body = self.get(f"{self.base}/{name}")
                self.assertEqual((status, headers["Content-Type"]), (200, TYPES[path.suffix]))
                self.assertEqual(headers["Cache-Control"], "public, max-age=31536000, immutable")
                self.assertNotIn("ETag", headers, "nobody asks twice for what never changes")
                self.assertEqual(hashlib.sha256(body).hexdigest(), hashlib.sha256(path.read_bytes()).hexdigest())
                self.assertEqual(self.get(f"{self.base}/{name}", method="HEAD")[2], b"")

    def test_page_worker_and_manifest_name_only_what_there_is(self):
        page, worker, manifest = (self.get(path)[2].decode() for path in ("/", "/sw.js", "/app.webmanifest"))
        named = set(re.findall(r'(?:href|src)="([^"]+)"', page)) | set(re.findall(r"'(/[^']*)'", worker))
        named |= {icon["src"] for icon in json.loads(manifest)["icons"]}
        self.assertGreater(len(named), 30)
        for path in named:
            self.assertEqual(self.get(path)[0], 200, path)
        missing = {f"{self.base}/{name}" for name in app_files() if not name.endswith(".png")} - named
        self.assertFalse(missing, "the worker does not keep these for the time without network")

    def test_text_is_packed_for_those_who_take_it(self):
        for path in ("/", "/sw.js", f"{self.base}/style.css", f"{self.base}/app/main.js"):
            plain = self.get(path)
            packed = self.get(path, Accept_Encoding="br, gzip;q=0.8")
            self.assertEqual(packed[1]["Content-Encoding"], "gzip")
            self.assertEqual(packed[1]["Vary"], "Accept-Encoding")
            self.assertEqual(gzip.decompress(packed[2]), plain[2])
            self.assertLess(len(packed[2]), len(plain[2]))
            self.assertNotIn("Content-Encoding", plain[1])
            self.assertNotIn("Content-Encoding", self.get(path, Accept_Encoding="gzip;q=0, br")[1])

    def test_what_the_browser_has_is_not_sent_again(self):
        etag = self.get("/")[1]["ETag"]
        for field in (etag, f'"other", W/{etag}', "*"):
            status, headers, body = self.get("/", If_None_Match=field)
            self.assertEqual((status, body, headers["ETag"]), (304, b"", etag))
        self.assertEqual(self.get("/", If_None_Match='"other"')[0], 200)

    def test_anything_else_is_still_told_in_json(self):
        for method, path in (("POST", "/"), ("GET", "/app/0123456789abcdef/app/main.js"), ("GET", "/index.html"),
                             ("GET", "/app/../toopherd.conf"), ("GET", "/v1/"), ("GET", "/favicon.ico")):
            status, headers, body = self.get(path, method=method)
            self.assertGreaterEqual(status, 400, path)
            self.assertEqual(headers["Content-Type"], "application/json; charset=utf-8")
            self.assertIn("error_message", json.loads(body))

    def test_the_same_files_make_the_same_program(self):
        files = ["index.html", "sw.js", "app/main.js", "app/bytes.js"]
        made = [subprocess.run(["sh", str(WEB / "embed.sh"), *files], cwd=folder, check=True, capture_output=True).stdout
                for folder in ("/", self.directory.name)]
        self.assertEqual(made[0], made[1])
        self.assertIn(b"web_files()", made[0])


if __name__ == "__main__":
    unittest.main()
