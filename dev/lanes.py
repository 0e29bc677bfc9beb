"""Stages of a test run, one after the other, and those that run beside them."""

import os
import threading
import time

from progress import Failure, keeping, say
from test_results import Results

# What runs beside the tests takes what they leave, and a little more: on two cores it
# is to end about when they do.
POLITENESS = 5


class Lane:
    """Stages that run beside others, in one thread; what they say is shown at the end."""

    def __init__(self, stages):
        self.stages = stages
        self._found = {}
        self._lines = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        """Begin with the first stage."""
        self._thread.start()

    def finish(self):
        """Wait for the last stage; return results and summary by title."""
        self._thread.join()
        for line in self._lines:
            say(line)
        return self._found

    def _run(self):
        # On Linux this is the priority of one thread, and of the processes it starts.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), POLITENESS)
        with keeping() as self._lines:
            for title, stage in self.stages.items():
                self._found[title] = run_stage(title, stage)


def run_stage(title, stage):
    """Run one stage; return its results, and a line that sums them up."""
    say(f"\n==> {title}")
    start = time.monotonic()
    try:
        results = stage()
    except Failure as failure:
        say(str(failure))
        results = Results(failed=1)
    line = f"{title}: {results} ({time.monotonic() - start:.0f} s)"
    say(f"==> {line}")
    return results, line
