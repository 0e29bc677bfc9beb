"""What a stage of the tests found."""

import dataclasses
import xml.etree.ElementTree


@dataclasses.dataclass
class Results:
    """Counted tests; whatever else went wrong counts as one that failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Results(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text

    @property
    def good(self):
        """A skipped test proves nothing, so it does not pass."""
        return not self.failed and not self.skipped

    @classmethod
    def of_one(cls, good):
        """The result of a check that is good or not."""
        return cls(passed=1) if good else cls(failed=1)

    @classmethod
    def of_junit(cls, file, status):
        """Read pytest's report; without one, the run itself failed."""
        found = cls()
        try:
            cases = list(xml.etree.ElementTree.parse(file).getroot().iter("testcase"))
        except (OSError, xml.etree.ElementTree.ParseError):
            cases = []
        for case in cases:
            outcomes = {outcome.tag for outcome in case}
            if outcomes & {"failure", "error"}:
                found.failed += 1
            elif "skipped" in outcomes:
                found.skipped += 1
            else:
                found.passed += 1
        if status and not found.failed:
            found.failed = 1
        return found
