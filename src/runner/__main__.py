"""Runs a test script and reports what happens: `python <this folder> SCRIPT [ARGS...]`.

Every Python 3 must be able to parse this file, so that an old one prints a sentence instead of a syntax error.
"""

import os
import sys

if sys.version_info < (3, 10):
    sys.exit("Test Stations needs Python 3.10 or later, but %s is %s." % (sys.executable, sys.version.split()[0]))

# Modules that `python SCRIPT` loads, too: the script's own modules must be able to shadow all others.
loaded_before = frozenset(sys.modules)
settings = sys.dont_write_bytecode, sys.pycache_prefix
# The folder of an installed extension must not change: compiled files go to a folder of the host or nowhere.
bytecode = os.environ.pop("TEST_STATIONS_BYTECODE", None)
sys.pycache_prefix = bytecode
sys.dont_write_bytecode = bytecode is None

from test_stations_runner import launch  # noqa: E402

sys.dont_write_bytecode, sys.pycache_prefix = settings
launch.main(loaded_before, bytecode)
