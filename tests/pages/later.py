"""Workers that compute only when a test lets them."""

from concurrent.futures import Future

from tests.waiting import wait_until


class Later:
    """Keeps each call, with its future, until the test answers it."""

    def __init__(self):
        self.calls = []

    def submit(self, *call):
        self.calls.append((Future(), call))
        return self.calls[-1][0]

    def answer(self, number):
        """Compute the call of that number, from 0, once it is there."""
        wait_until(lambda: len(self.calls) > number)
        future, (function, *arguments) = self.calls[number]
        future.set_result(function(*arguments))
