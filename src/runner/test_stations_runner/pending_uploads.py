"""Pending uploads on disk: a result survives the end of the editor and of the script until a server acknowledges it.

Each result has a folder, named after the id of its execution:

    entry.json     what it is and where it belongs
    body.json      the OpenHTF report, or the body of the request by which the script's client pushes the run
    file-N         contents of attachments, named in entry.json
    handed.json    the script will not push it any more, and why its last push failed: the editor may push it
    tried.json     a server has the run, but not all attachments
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from .lineage import Lineage, call_after_fork
from .settings import Settings
from .values import to_json


@dataclass
class Result:
    id: str
    # How it is pushed: "openhtf", "v1" or "v2".
    kind: str
    body: bytes
    serial_number: str | None
    outcome: str
    started_at: float
    # Name, MIME type, and content.
    attachments: list[tuple[str, str, bytes]] = field(default_factory=list)


class PendingUploads:
    def __init__(self, settings: Settings, lineage: Lineage) -> None:
        self._folder = settings.upload_folder
        self._lineage = lineage
        self._about: dict[str, object] = {
            "script": settings.script,
            "place": settings.place,
            "pid": os.getpid(),
            "birth": _process_birth(),
        }
        # By execution id; attachments are pushed after the run.
        self._has_attachments: dict[str, bool] = {}
        # What is in the entries of results that are not final and have no attachments.
        self._unfinished_entries: dict[str, bytes] = {}
        call_after_fork(self._reset_after_fork)

    def save(self, result: Result, is_final: bool = True) -> None:
        """Writes the result to the disk, before it is pushed. Saving it again replaces it.

        Args:
            is_final: False: it will be saved again when the test is over, and need not survive a crash of the machine.

        Raises:
            OSError: It cannot be written.
        """
        if self._folder is None or self._lineage.is_inherited(result.id):
            return
        entry = self._entry_of(result)
        is_known = result.id in self._has_attachments
        if not is_final and is_known and self._unfinished_entries.get(result.id) == entry:
            # A run is saved after each of its measurements, and a new folder takes some milliseconds.
            _write(os.path.join(self._path(result.id), "body.json"), result.body, False)
            return
        unfinished = os.path.join(self._folder, f".{_folder_name(result.id)}")
        shutil.rmtree(unfinished, ignore_errors=True)
        os.makedirs(unfinished, mode=0o700)
        for number, (_, _, content) in enumerate(result.attachments):
            _write(os.path.join(unfinished, f"file-{number}"), content, is_final)
        _write(os.path.join(unfinished, "body.json"), result.body, is_final)
        _write(os.path.join(unfinished, "entry.json"), entry, is_final)
        finished = self._path(result.id)
        # Whenever this process is killed, the old or the new version exists.
        if is_known:
            _rename_with_retries(finished, f"{finished}_before")
        _rename_with_retries(unfinished, finished)
        if is_known:
            _remove(f"{finished}_before")
        if is_final:
            _sync_folder(self._folder)
        self._has_attachments[result.id] = len(result.attachments) > 0
        self._unfinished_entries.pop(result.id, None)
        if not is_final and not result.attachments:
            self._unfinished_entries[result.id] = entry

    def acknowledge(self, execution_id: str, run_id: str) -> None:
        """Notes that a server has the run. A result with attachments is only removed by `remove`."""
        if not self._has_attachments.get(execution_id, False):
            self.remove(execution_id)
            return
        tried = {"tries": 0, "last": time.time() * 1000, "status": None, "message": "", "run_id": run_id}
        _write(os.path.join(self._path(execution_id), "tried.json"), _json(tried))

    def remove(self, execution_id: str) -> None:
        if self._has_attachments.pop(execution_id, None) is not None:
            _remove(self._path(execution_id))

    def hand_over(self, execution_id: str, status: int | None, message: str | None) -> bool:
        if execution_id not in self._has_attachments:
            return False
        del self._has_attachments[execution_id]
        _write(os.path.join(self._path(execution_id), "handed.json"), _json({"status": status, "message": message}))
        return True

    def _entry_of(self, result: Result) -> bytes:
        return _json(
            {
                **self._about,
                "id": result.id,
                "kind": result.kind,
                "serial_number": result.serial_number,
                "outcome": result.outcome,
                "started_at": result.started_at,
                "attachments": [
                    {"name": name, "mimetype": mimetype, "file": f"file-{number}"}
                    for number, (name, mimetype, _) in enumerate(result.attachments)
                ],
            }
        )

    def _reset_after_fork(self) -> None:
        self._has_attachments = {}
        self._unfinished_entries = {}
        self._about.update(pid=os.getpid(), birth=_process_birth())

    def _path(self, execution_id: str) -> str:
        return os.path.join(self._folder or "", _folder_name(execution_id))


def report_of(record: Any) -> bytes:
    """Returns an OpenHTF record as the report that the official client uploads, with NaN and without attachments."""
    json_factory: Any = import_module("openhtf.output.callbacks.json_factory")
    output = json_factory.OutputToJSON(os.devnull, inline_attachments=False, allow_nan=True)
    chunks: Iterable[str] = output.serialize_test_record(record)
    return "".join(chunks).encode()


def attachments_of(record: Any) -> list[tuple[str, str, bytes]]:
    return [
        (name, str(attachment.mimetype or "application/octet-stream"), bytes(attachment.data))
        for phase in record.phases
        for name, attachment in phase.attachments.items()
    ]


def _process_birth() -> str | None:
    """Identifies this process among all of the machine, as the extension's `birthOf` reads it; None: it is unknown."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            machine = file.read().strip()
        with open("/proc/self/stat", "rb") as file:
            stat = file.read()
    except OSError:
        return None
    # The name of the program, in parentheses, may contain anything. The start time is the 22nd field; the third follows
    # the name.
    return f"{machine} {stat.rpartition(b')')[2].split()[19].decode()}"


def _folder_name(execution_id: str) -> str:
    # OpenHTF's ids contain colons, which Windows does not allow in names.
    return re.sub(r"[^\w-]", "_", execution_id, flags=re.ASCII)


def _json(value: object) -> bytes:
    return json.dumps(to_json(value), allow_nan=False).encode()


def _write(path: str, content: bytes, is_synced: bool = True) -> None:
    with open(f"{path}.part", "wb") as file:
        file.write(content)
        if is_synced:
            file.flush()
            os.fsync(file.fileno())
    _rename_with_retries(f"{path}.part", path)


def _rename_with_retries(path: str, target: str) -> None:
    for pause_s in (0.01, 0.05, 0.2, 0.5, 1.0):
        try:
            os.replace(path, target)
            return
        except PermissionError:  # on Windows, a virus scanner may have it open for a moment
            time.sleep(pause_s)
    os.replace(path, target)


def _remove(path: str) -> None:
    # Under another name first: half of a result would be pushed again and again.
    removed = os.path.join(os.path.dirname(path), f".gone-{os.path.basename(path)}")
    try:
        _rename_with_retries(path, removed)
    except OSError:
        removed = path  # on Windows, while a program reads a file in it
    shutil.rmtree(removed, ignore_errors=True)


def _sync_folder(folder: str) -> None:
    if os.name == "nt":
        return  # Windows cannot sync a folder
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
