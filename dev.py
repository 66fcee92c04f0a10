#!/usr/bin/env python3
"""Every step of working on Duban, by name: `python3 dev.py` prints them.

Needs nothing but Python 3.11 and a way to a package index. The first call makes `.venv`
beside this file and fills it from the hash-locked requirements; later calls start at once.

Standard library only, and no syntax newer than 3.8: an old Python has to get far enough
to be told so.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import importlib.util
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
# Written last and taken away first: a .venv without it was interrupted and is made anew.
STAMP = VENV / "duban-stamp.json"

# Only for a Python that comes without pip and ensurepip, as on a bare Debian.
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
DEFAULT_INDEX = "https://pypi.org/simple"

RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"
PACKAGES = ("bot", "handlers", "storage", "scheduler", "exports", "tests", "bench")
SCRIPTS = ("bot.py", "dev.py")

# The whole of the tests: a file's stay together, as what is prepared for one is prepared once; in order, as the longest
# are among the first.
EVERYTHING = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"]

STEPS = {
    "setup": "make .venv with everything for development",
    "demo": "a complete bot with made-up data in the browser, no token needed (试用)",
    "run": "the bot itself, with the settings in .env (正式运行)",
    "test": "the tests, several at a time; arguments go to pytest (then one at a time)",
    "check": "ruff, ruff format, mypy, import-linter: all of them, then a summary",
    "bench": "the measurements; arguments go to `python -m bench`",
}


class SetupError(Exception):
    """The environment cannot be made; the text says why and what to do."""


# --- .venv ---------------------------------------------------------------------------


def wanted_stamp() -> dict[str, str]:
    """Describe what a .venv made now would be made of."""
    stamp = {lock: hashlib.sha256((ROOT / lock).read_bytes()).hexdigest() for lock in (RUNTIME, DEV)}
    # The folder counts because the scripts in a .venv name it: a copied .venv is of no use.
    return {**stamp, "python": str(sys.implementation.cache_tag), "folder": str(VENV)}


def read_stamp() -> dict[str, str]:
    """Return what the .venv is made of; nothing when there is none to rely on."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # The interpreter behind .venv may have been removed since.
    return stamp if isinstance(stamp, dict) and PYTHON.exists() else {}


def write_stamp(stamp: dict[str, str]) -> None:
    """Write the stamp in one go, never half of it."""
    draft = STAMP.with_suffix(".draft")
    draft.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    draft.replace(STAMP)


def ensure_venv(lock: str) -> None:
    """Bring .venv up to `lock`; return at once when it already is."""
    have, want = read_stamp(), wanted_stamp()
    if all(have.get(key) == want[key] for key in (lock, "python", "folder")):
        return
    started = time.monotonic()
    whole = all(have.get(key) == want[key] for key in ("python", "folder"))
    if whole:
        say("更新运行环境…… / updating .venv")
    else:
        say("准备运行环境（首次约一分钟）…… / preparing .venv (first time only)")
        try:
            if VENV.exists():
                shutil.rmtree(VENV)
            venv.create(VENV, symlinks=not WINDOWS)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SetupError(f"cannot make {VENV}: {error}") from error
    pip = find_pip()
    STAMP.unlink(missing_ok=True)
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    if subprocess.call([*pip, *install, "-r", str(ROOT / lock)], cwd=ROOT) != 0:
        if whole:
            write_stamp(have)  # pip fetches everything before it changes anything: still the old .venv
        raise SetupError("pip could not install the packages (its reason stands above); " + INDEX_HINT)
    locks = (RUNTIME, DEV) if lock == DEV else (RUNTIME,)  # the dev lock holds the runtime one
    write_stamp({key: want[key] for key in (*locks, "python", "folder")})
    say(f"运行环境就绪，用时 {time.monotonic() - started:.0f} 秒 / .venv is ready")


def find_pip() -> list[str]:
    """Return the command that installs into .venv, and get a pip for it if need be.

    In this order: the one in .venv, the one bundled with Python, the one beside the running
    Python, the pinned one from the package index.
    """
    own = [str(PYTHON), "-m", "pip"]
    if works([*own, "--version"]):
        return own
    if works([str(PYTHON), "-Im", "ensurepip", "--default-pip"]) and works([*own, "--version"]):
        return own
    beside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if importlib.util.find_spec("pip") and works([*beside, "--version"]):
        return beside
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / PIP_WHEEL
        wheel.write_bytes(fetch_pip())
        # A wheel is a zip, and Python runs the pip inside it.
        itself = [str(PYTHON), str(wheel / "pip"), "install", "--quiet", "--no-index", "--no-deps"]
        if subprocess.call([*itself, "--disable-pip-version-check", str(wheel)]) != 0:
            raise SetupError("the downloaded pip could not install itself (its reason stands above)")
    return own


def works(command: list[str]) -> bool:
    """Tell whether a command exists and succeeds, in silence."""
    quiet = subprocess.DEVNULL
    return subprocess.call(command, stdin=quiet, stdout=quiet, stderr=quiet) == 0


# --- the pinned pip ------------------------------------------------------------------

INDEX_HINT = (
    "behind a slow or closed network set PIP_INDEX_URL to a package mirror "
    "and PIP_CERT to its certificate, then call again. "
    "网络不通时，请设置 PIP_INDEX_URL（软件包镜像地址）后重试。"
)


def fetch_pip() -> bytes:
    """Download the pinned pip from the index that pip would use, and check its hash."""
    index = os.environ.get("PIP_INDEX_URL", "").split()
    page = (index[0] if index else DEFAULT_INDEX).rstrip("/") + "/pip/"
    say(f"下载 {PIP_WHEEL} …… / this Python has no pip: fetching one")
    try:
        links = re.findall(r'href\s*=\s*["\']([^"\']+)', fetch(page).decode("utf-8", "replace"))
        for link in map(html.unescape, links):
            url = urllib.parse.urljoin(page, link)
            if urllib.parse.urlsplit(url).path.endswith("/" + PIP_WHEEL):
                wheel = fetch(url)
                break
        else:
            raise SetupError(f"the package index has no {PIP_WHEEL}; {INDEX_HINT}")
    except (OSError, ValueError) as error:  # URLError and time-outs are OSErrors
        raise SetupError(f"cannot fetch pip ({error}); {INDEX_HINT}") from error
    if hashlib.sha256(wheel).hexdigest() != PIP_SHA256:
        raise SetupError(f"{PIP_WHEEL} from the package index is not the one pinned here: not used")
    return wheel


def fetch(url: str) -> bytes:
    """Read a URL, with the user and password it may hold and the certificates pip would use."""
    parts = urllib.parse.urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    request = urllib.request.Request(urllib.parse.urlunsplit(parts._replace(netloc=host)))
    request.add_header("Accept", "text/html")
    if at:
        word = base64.b64encode(urllib.parse.unquote(user).encode()).decode()
        request.add_header("Authorization", "Basic " + word)
    context = ssl.create_default_context()  # heeds SSL_CERT_FILE by itself
    if os.environ.get("PIP_CERT"):
        context.load_verify_locations(os.environ["PIP_CERT"])
    try:
        return read(request, context)
    except urllib.error.URLError as error:
        # A bare Debian has no certificates at all. Who sends the wheel does not matter, its
        # pinned hash does; a password, though, is for nobody but the verified index.
        if at or not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return read(request, context)


def read(request: urllib.request.Request, context: ssl.SSLContext) -> bytes:
    """Send a request and return the body."""
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:
        return bytes(answer.read())


# --- the steps -----------------------------------------------------------------------


def say(line: str) -> None:
    """Print a line at once, on any terminal."""
    print(
        line.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8"),
        flush=True,
    )


def become(command: list[str]) -> int:
    """Run a command in place of this process, so that signals reach it."""
    os.chdir(ROOT)
    sys.stdout.flush()
    if not WINDOWS:
        os.execv(command[0], command)  # noqa: S606  (no shell is wanted)
    with subprocess.Popen(command) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C reaches the child too: let it finish
                return child.wait()


def check(arguments: list[str]) -> int:
    """Run every checker, whatever the others say, and sum up."""
    if arguments:
        raise SetupError("check takes no arguments")
    python = str(PYTHON)
    packages = [name for name in PACKAGES if (ROOT / name / "__init__.py").exists()]
    scripts = [name for name in SCRIPTS if (ROOT / name).exists()]
    tools = {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy", *packages],
        # Apart from the packages: to mypy bot.py and bot/ in one run are one module twice.
        "mypy scripts": [python, "-m", "mypy", *scripts],
        "import-linter": [str(BIN / "lint-imports"), "--no-logo"],
    }
    if not packages:
        del tools["mypy"]
    results = {}
    for name, command in tools.items():
        say(f"--- {name}")
        results[name] = subprocess.call(command, cwd=ROOT)
    say("---")
    for name, code in results.items():
        say(f"{name:<14}{'failed' if code else 'ok'}")
    return 1 if any(results.values()) else 0


def usage() -> None:
    """Print the steps."""
    say("python3 dev.py STEP [arguments]")
    for name, words in STEPS.items():
        say(f"  {name:<7}{words}")


def main(arguments: list[str]) -> int:
    """Do the step that the arguments name."""
    if sys.version_info < (3, 11):
        say("Duban needs Python 3.11 or newer; this is Python {}.{}.".format(*sys.version_info))
        return 2
    step, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if step not in STEPS:
        usage()
        return 0 if step in {"", "help", "-h", "--help"} else 2
    ensure_venv(RUNTIME if step in {"demo", "run"} else DEV)
    python = str(PYTHON)
    if step == "setup":
        say(f"{VENV} is ready")
        return 0
    if step == "check":
        return check(rest)
    commands = {"test": ["-m", "pytest", *(rest or EVERYTHING)], "bench": ["-m", "bench", *rest]}
    return become([python, *commands.get(step, [str(ROOT / "bot.py"), step, *rest])])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        say(f"dev.py: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
