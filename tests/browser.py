"""Runs a page until it has logged a line, and prints the line.

    python tests/browser.py PAGE

In Chromium where it is installed, else in Node with an EventSource on top of `fetch`; without
either the stream that the page names is read here, and what its handler would log is printed.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from urllib.request import ProxyHandler, Request, build_opener

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_SECONDS = 40
LOGGED = re.compile(r'CONSOLE.*?\] "(.*)", source: ')
EVENT_SOURCE = """
class EventSource extends EventTarget {
  constructor(url) { super(); this.read(url) }
  async read(url) {
    const answer = await fetch(url, {headers: {Accept: "text/event-stream"}})
    let text = ""
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + part).split("\\n\\n")
      text = blocks.pop()
      for (const block of blocks) {
        const given = {event: "message", data: "", id: ""}
        for (const line of block.split("\\n")) {
          const at = line.indexOf(":")
          given[line.slice(0, at)] = line.slice(at + 1).trimStart()
        }
        const event = new Event(given.event)
        this.dispatchEvent(Object.assign(event, {data: given.data, lastEventId: given.id}))
      }
    }
  }
}
"""


def logged(page: str) -> str:
    """Return the first line that a page logs."""
    script = "\n".join(re.findall(r"<script>(.*?)</script>", page, re.DOTALL))
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    node = shutil.which("node")
    if browser:
        return in_browser(browser, page)
    if node:
        return next(printed([node, "-e", EVENT_SOURCE + script]), "")
    return read(script)


def in_browser(browser: str, page: str) -> str:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder, "page.html")
        file.write_text(page, "utf-8")
        flags = ("headless=new", "no-sandbox", "disable-gpu", "enable-logging=stderr", "v=0")
        command = [browser, *(f"--{each}" for each in flags), f"--user-data-dir={folder}"]
        lines = printed([*command, file.as_uri()])
        return next((found[1] for line in lines if (found := LOGGED.search(line))), "")


def printed(command: list[str]) -> Iterator[str]:
    """Yield what a program prints, until the reader has enough or it takes too long."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    timer = Timer(PATIENCE_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    try:
        assert process.stdout
        yield from (line.rstrip("\n") for line in process.stdout)
    finally:
        timer.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def read(script: str) -> str:
    """Read the stream as the script would."""
    (url,) = re.findall(r'new EventSource\("([^"]+)"\)', script)
    ((listed),) = re.findall(r"of \[([^\]]+)\]", script)
    kind = ""
    with build_opener(ProxyHandler({})).open(Request(url), timeout=PATIENCE_SECONDS) as answer:
        for line in answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event" and f'"{value}"' in listed:
                kind = value
            elif name == "data" and kind:
                return f"{kind} {json.loads(value)['meter_number']}"
    return ""


if __name__ == "__main__":
    print(logged(sys.argv[1]))
