"""Stands in for curl where a machine has none: the few options docs/api.md uses, with curl's meaning."""

import argparse
import contextlib
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


def options() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-d", "--data-binary", action="append", default=[], dest="data")
    parser.add_argument("--data-urlencode", action="append", default=[], dest="encoded")
    parser.add_argument("-G", action="store_true", dest="as_query")
    parser.add_argument("-o", dest="output")
    parser.add_argument("-D", dest="head")
    parser.add_argument("-w", default="", dest="write_out")
    parser.add_argument("--max-time", type=float, default=30)
    parser.add_argument("-fsS", action="store_true", dest="fail")
    parser.add_argument("-N", "-sS", action="store_true", dest="plain")
    return parser.parse_args()


def request(asked: argparse.Namespace) -> urllib.request.Request:
    """The request it means."""
    fields = [sys.stdin.read() if one == "@-" else one for one in asked.data]
    fields += ["=".join([one.partition("=")[0], urllib.parse.quote(one.partition("=")[2])]) for one in asked.encoded]
    url, body = asked.url, "&".join(fields).encode() or None
    if asked.as_query:
        url, body = f"{url}?{'&'.join(fields)}", None
    headers = {name: value.strip() for name, _, value in (header.partition(":") for header in asked.headers)}
    return urllib.request.Request(url, body, headers)  # noqa: S310  # the test's own server


def main() -> None:
    """Ask, and print the answer."""
    asked = options()
    try:
        answer = urllib.request.urlopen(request(asked), timeout=asked.max_time)  # noqa: S310  # same
    except urllib.error.HTTPError as error:
        if asked.fail and error.code >= 400:  # curl takes 304 for success
            sys.exit(22)
        answer = error
    if asked.head == "-":
        sys.stdout.write("".join(f"{name}: {value}\r\n" for name, value in answer.headers.items()))
    body = bytearray()
    with contextlib.suppress(TimeoutError):  # a stream never ends by itself
        while piece := answer.read1(65536):
            body += piece
    sys.stdout.flush()
    if asked.output is None:
        sys.stdout.buffer.write(body)
    else:
        Path(asked.output).write_bytes(body)
    sys.stdout.flush()
    sys.stdout.write(asked.write_out.replace("\\n", "\n").replace("%{http_code}", str(answer.status)))


if __name__ == "__main__":
    main()
