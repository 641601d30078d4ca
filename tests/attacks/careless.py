"""Readers that do what a reader of strangers' files must not, to see that the child tells."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def unpickling(path: str) -> None:
    with np.load(path, allow_pickle=True) as file:
        for name in file.files:
            file[name]


def evaluating(_: str) -> None:
    eval("1 + 1")


def importing(_: str) -> None:
    __import__("a_module_that_is_nowhere")


def starting(_: str) -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


def writing(path: str) -> None:
    Path(path).with_suffix(".left").write_bytes(b"left")


def writing_aside(_: str) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"left")


def changing(path: str) -> None:
    with Path(path).open("ab"):
        pass


def hoarding(_: str) -> None:
    bytearray(51 << 20)


def raising(_: str) -> None:
    raise KeyError("loss")


def working(_: str) -> None:
    sum(range(3_000_000))


def spinning(path: str) -> None:
    while Path(path).suffix == ".npz":
        pass


def dying(path: str) -> None:
    if Path(path).suffix == ".npz":
        os._exit(0)
