"""Files where Spark reads and writes them: a folder, HDFS or an object store, by the cluster's own access."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from efficace.errors import ProjectError


class Files:
    """The files below one address; paths are relative to it."""

    def __init__(self, session: Any, root: str) -> None:
        self.root = root
        self._jvm = session._jvm
        self._system = self._path("").getFileSystem(session._jsc.hadoopConfiguration())

    def address(self, path: str) -> str:
        """The full address of a path."""
        return f"{self.root}/{path}" if path else self.root

    def names(self, path: str = "") -> list[str]:
        """Names of what lies in a folder, in order; none where there is no such folder."""
        folder = self._path(path)
        if not self._system.exists(folder):
            return []
        return sorted(str(item.getPath().getName()) for item in self._system.listStatus(folder))

    def read(self, path: str) -> str | None:
        """The text of a file, or None where there is none."""
        from py4j.protocol import Py4JJavaError

        if not self._system.exists(self._path(path)):
            return None
        try:
            stream = self._system.open(self._path(path))
            text = str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
            stream.close()
        except Py4JJavaError as error:
            raise self._refused(path, error) from error
        return text

    def write_once(self, path: str, text: str) -> None:
        """Write a file that is not there yet; others see it whole or not at all."""
        from py4j.protocol import Py4JJavaError

        beside = self._path(path + ".tmp")
        try:
            stream = self._system.create(beside, True)
            stream.write(bytearray(text.encode()))
            stream.close()
            # A rename to a name that is free: at once on a disk or HDFS; an object store shows an object once complete.
            is_done = self._system.rename(beside, self._path(path))
        except Py4JJavaError as error:
            raise self._refused(path, error) from error
        if not is_done:
            raise ProjectError("{path}: cannot be written: it is there already.", path=self.address(path))

    def upload(self, file: Path, address: str) -> None:
        """Copy a file of this machine to a full address."""
        from py4j.protocol import Py4JJavaError

        try:
            source = self._jvm.org.apache.hadoop.fs.Path(file.resolve().as_uri())
            self._system.copyFromLocalFile(False, True, source, self._jvm.org.apache.hadoop.fs.Path(address))
        except Py4JJavaError as error:
            raise self._refused(address, error) from error

    def remove(self, path: str) -> None:
        """Remove a folder with all that lies in it."""
        self._system.delete(self._path(path), True)

    def _path(self, path: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(self.address(path))

    def _refused(self, path: str, error: Any) -> ProjectError:
        return ProjectError("{path}: {error}", path=path, error=str(error.java_exception.getMessage()))
