# mypy: allow-untyped-defs, allow-untyped-calls
"""Loaded by every Python that starts in a station terminal or as a child process of a script, before its own code.

The v2 client of TofuPilot does not read TOFUPILOT_URL: without this module it would push to the cloud. In a child
process of a run, the runner is loaded when the process imports OpenHTF or a client. Any other `sitecustomize` on the
path is loaded as usual. Every Python must be able to parse this file: a child process may run another one than the
script.
"""

import os
import sys

CONFIGURATION = "tofupilot.v2.sdkconfiguration"
CHILD_VARIABLE = "TEST_STATIONS_CHILD"


class ImportWatch:
    """Finds the spec of the first import of one of `names` by calling `find(name)`."""

    def __init__(self, names, find):
        self._names = names
        self._find = find

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self._names:
            return None
        sys.meta_path.remove(self)
        return self._find(fullname)


def watch_address():
    sys.meta_path.insert(0, ImportWatch((CONFIGURATION,), find_configuration))


def find_configuration(fullname):
    from importlib.util import find_spec

    spec = find_spec(fullname)
    if spec is not None and spec.loader is not None:
        use_environment_address(spec.loader)
    return spec


def use_environment_address(loader):
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        url = os.environ.get("TOFUPILOT_URL", "").rstrip("/")
        if url:
            module.SERVERS[0] = url if url.endswith("/api") else url + "/api"

    loader.exec_module = exec_module


def watch_clients():
    names = ["openhtf", "tofupilot"]
    if '"dry"' in os.environ[CHILD_VARIABLE]:
        names += ["requests", "httpx"]  # which the script may use without the official client
    sys.meta_path.insert(0, ImportWatch(names, find_after_following))


def find_after_following(fullname):
    try:
        follow()
    except Exception as error:
        sys.stderr.write(
            "Test Stations: child process %d cannot be followed (%r). Its results are not shown and not kept.\n"
            % (os.getpid(), error)
        )
        watch_address()
    from importlib.util import find_spec

    return find_spec(fullname)


def follow():
    import json

    private = json.loads(os.environ[CHILD_VARIABLE])
    before = sys.dont_write_bytecode, sys.pycache_prefix
    bytecode = private["settings"]["bytecode"]
    # The folder of an installed extension must not change.
    sys.pycache_prefix = bytecode
    sys.dont_write_bytecode = bytecode is None
    sys.path.insert(0, private["runner"])
    try:
        from test_stations_runner import children
    finally:
        sys.path.remove(private["runner"])
        sys.dont_write_bytecode, sys.pycache_prefix = before
    children.follow_child(private)


def load_next():
    """Loads the `sitecustomize` that this one hides, if there is one."""
    from importlib.machinery import PathFinder

    here = os.path.dirname(os.path.realpath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [path for path in sys.path if os.path.realpath(path) != here])
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if sys.version_info >= (3, 5):
    if sys.version_info >= (3, 10) and CHILD_VARIABLE in os.environ:
        watch_clients()
    else:
        watch_address()
    load_next()
