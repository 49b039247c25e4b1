"""What the test scripts here share: where things are, and the last line that tests/run counts."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def wend_bin():
    """The command line under test, or None while there is none."""
    path = os.environ.get("WEND_BIN") or os.path.join(ROOT, "build/dev/wend")
    return os.path.abspath(path) if os.access(path, os.X_OK) else None


def data_folder():
    """The shared data sets, or None where this machine has none."""
    path = os.environ.get("WEND_DATA") or os.path.join(ROOT, "../shared/data")
    return os.path.abspath(path) if os.path.isdir(path) else None


def full():
    return os.environ.get("WEND_TEST_LEVEL", "quick") == "full"


def needs_wend(test):
    return unittest.skipUnless(wend_bin(), "the command line is not built; set WEND_BIN")(test)


def needs_data(test):
    return unittest.skipUnless(data_folder(), "no data folder; set WEND_DATA")(test)


def main():
    """Runs the tests of the calling script; the last line counts them."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    # Sub-tests count as their test does: once, as failed.
    broken = [getattr(test, "test_case", test) for test, _ in result.failures + result.errors]
    failed = len({id(test) for test in broken})
    skipped = len(result.skipped)
    passed = result.testsRun - failed - skipped
    sys.stderr.flush()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
