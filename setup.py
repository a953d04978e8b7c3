"""Builds the Python package (python/cnn): the C library by make, then its binding by cffi."""

import os
import re
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_ext import build_ext

BUILD = "build/python"
Path(BUILD).mkdir(parents=True, exist_ok=True)


class build_library_first(build_ext):
    def run(self):
        jobs = os.environ.get("MAKEFLAGS") or f"-j{os.cpu_count() or 1}"
        subprocess.run(["make", "-s", jobs, f"BUILD={BUILD}", f"{BUILD}/libcnn.a"], check=True)
        super().run()


setup(
    version=re.search(r'CNN_VERSION "(.*)"', Path("include/cnn.h").read_text())[1],
    cffi_modules=["python/binding.py:ffi"],
    cmdclass={"build_ext": build_library_first},
)
