"""Why a file is refused, as a short name that the server puts in words."""


class Refused(Exception):
    """The file is not taken in."""

    def __init__(self, problem, **details):
        super().__init__(problem)
        self.problem = problem
        self.details = details
