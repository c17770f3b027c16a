# SPDX-License-Identifier: Apache-2.0
"""The short form of bench/history_bench.py: a call costs the same with a past of 100,000 requests as with none."""

import os
import sys

sys.path.insert(0, os.path.join(os.environ.get("TOOPHER_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")),
                                "tests/bench"))
sys.argv[1:] = ["--short"]
import history_bench  # noqa: E402

if __name__ == "__main__":
    sys.exit(history_bench.main())
