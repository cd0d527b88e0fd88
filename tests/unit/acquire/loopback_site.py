"""A web server on loopback that can fail in every way asked of it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """Pages by path, each a function (handler) -> None, and the requests that came in."""

    def __init__(self):
        self.pages, self.requests = {}, []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.requests.append((self.command, self.path, dict(self.headers)))
                page = site.pages.get(self.path.partition("?")[0])
                page(self) if page else self.send_error(404)

            do_HEAD = do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def answer(status=200, body=b"", kind="text/html", **headers):
    """A page that always answers the same."""

    def page(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return page


def video_file(body, cut_at=None, cuts=10**6, etag=None):
    """A page that serves `body` with ranges, its connection cut after `cut_at` bytes of each of the
    first `cuts` answers.
    """
    left = [cuts]

    def page(handler):
        start = 0
        wanted = handler.headers.get("Range")
        same = etag is None or handler.headers.get("If-Range") in (None, etag)
        if wanted and same:
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
        if start and start >= len(body):
            handler.send_error(416)
            return
        handler.send_response(206 if wanted and same else 200)
        handler.send_header("Content-Type", "video/mp4")
        handler.send_header("Content-Length", str(len(body) - start))
        if wanted and same:
            handler.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if etag:
            handler.send_header("ETag", etag)
        handler.end_headers()
        if handler.command == "HEAD":
            return
        end = len(body)
        if cut_at is not None and left[0] > 0:
            left[0] -= 1
            end = min(end, start + cut_at)
        handler.wfile.write(body[start:end])
        handler.close_connection = True

    return page


def in_turn(*pages):
    """A page that answers as each of `pages` in turn, and then always as the last."""
    waiting = list(pages)

    def page(handler):
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(handler)

    return page
