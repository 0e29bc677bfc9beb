"""Programs that take long to load: they stand by, and fork for each of their tasks."""

import os
import select
import signal
import subprocess
import threading

from .process import make_environment, make_python_command


class Standby:
    """Runs one program, as often at a time as it is asked to, each time in a new process.

    The program reads names of folders from its standard input, a line each, does in a
    fork of itself what is to be done there, and answers with the fork's exit code. It ends
    by itself when there was nothing to do for a while, or when the server has ended.
    """

    def __init__(self, program):
        """Start nothing yet.

        :param str program: its file
        """
        self.program = program
        self._lock = threading.Lock()
        self._idle = []
        # A fork of the server has none of them.
        os.register_at_fork(after_in_child=self._forget)

    def run(self, folder, seconds):
        """Have the program do what a folder holds.

        :param Path folder: where the files are
        :param int seconds: how long to wait for it
        :return: the exit code, negative for the signal that ended it
        :rtype: int
        :raise subprocess.TimeoutExpired: if it takes longer
        """
        helper = self._take()
        try:
            # One that stood by may have ended just now.
            code = self._ask(helper, folder, seconds) if helper else None
            if code is None:
                helper = self._start()
                code = self._ask(helper, folder, seconds)
        except BaseException:
            self._stop(helper)
            raise
        if code is None:
            self._stop(helper)
            return helper.returncode or 1
        with self._lock:
            self._idle.append(helper)
        return code

    def close(self):
        """End what stands by; the next task starts it anew."""
        with self._lock:
            idle, self._idle = self._idle, []
        for helper in idle:
            self._stop(helper)

    def _take(self):
        """Return a process that stands by, or none."""
        with self._lock:
            while self._idle:
                helper = self._idle.pop()
                if helper.poll() is None:
                    return helper
                self._stop(helper)
        return None

    def _start(self):
        return subprocess.Popen(
            make_python_command(self.program),
            env=make_environment("/nonexistent"),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # What it has forked ends with it.
            start_new_session=True,
        )

    def _ask(self, helper, folder, seconds):
        """Give a process a task.

        :return: the exit code, or none if the process is no more
        :rtype: int | None
        """
        try:
            helper.stdin.write(f"{folder}\n".encode())
            helper.stdin.flush()
        except OSError:
            return None
        answers = select.poll()
        answers.register(helper.stdout, select.POLLIN)
        if not answers.poll(seconds * 1000):
            raise subprocess.TimeoutExpired(self.program, seconds)
        answer = helper.stdout.readline()
        return int(answer) if answer else None

    def _stop(self, helper):
        if helper.poll() is None:
            os.killpg(helper.pid, signal.SIGKILL)
        helper.wait()
        for pipe in (helper.stdin, helper.stdout):
            try:
                pipe.close()
            except OSError:
                continue  # what was written last found no reader

    def _forget(self):
        self._lock = threading.Lock()
        self._idle = []
