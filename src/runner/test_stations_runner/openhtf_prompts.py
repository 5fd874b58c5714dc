from __future__ import annotations

import functools
import inspect
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .channel import Channel
from .lineage import call_after_fork

# OpenHTF's abort takes milliseconds.
_ABORT_TIMEOUT_S = 5.0


class Prompts:
    """The open prompts of OpenHTF's `UserInput` in all tests."""

    def __init__(self, channel: Channel, ignores_timeouts: bool) -> None:
        self._channel = channel
        self._ignores_timeouts = ignores_timeouts
        self._lock = threading.Lock()
        self._open: dict[str, Any] = {}
        self._dismissed: set[str] = set()
        # The timeout of the prompt that this thread is about to open, which the plug does not store.
        self._timeout = threading.local()
        call_after_fork(self._reset_after_fork)

    def patch(self, user_input: Any) -> None:
        plug_class = user_input.UserInput
        start, remove, wait = plug_class.start_prompt, plug_class.remove_prompt, plug_class.wait_for_prompt
        ask = plug_class.prompt
        signature = inspect.signature(ask)

        @functools.wraps(ask)
        def prompt(plug: Any, *args: Any, **kwargs: Any) -> Any:
            self._timeout.seconds = None if self._ignores_timeouts else _timeout_in(signature, plug, args, kwargs)
            try:
                return ask(plug, *args, **kwargs)
            finally:
                self._timeout.seconds = None

        @functools.wraps(start)
        def start_prompt(plug: Any, *args: Any, **kwargs: Any) -> Any:
            with _releasing_lock(plug), plug._cond:  # no answer may arrive before the host knows the question
                request = start(plug, *args, **kwargs)
                self._add(plug, plug._prompt)
                return request

        @functools.wraps(remove)
        def remove_prompt(plug: Any) -> Any:
            with plug._cond:
                prompt = plug._prompt
                remove(plug)
                if prompt is not None:
                    self._remove(plug, prompt.id)

        @functools.wraps(wait)
        def wait_for_prompt(plug: Any, *args: Any, **kwargs: Any) -> Any:
            prompt = plug._prompt
            try:
                with _releasing_lock(plug):
                    return wait(plug) if self._ignores_timeouts else wait(plug, *args, **kwargs)
            except user_input.PromptUnansweredError:
                if prompt is not None:
                    self._remove(plug, prompt.id)
                    if prompt.id in self._dismissed:
                        wait_for_abort()
                raise

        plug_class.prompt = prompt
        plug_class.start_prompt = start_prompt
        plug_class.remove_prompt = remove_prompt
        plug_class.wait_for_prompt = wait_for_prompt

    def answer(self, request: str, value: str) -> None:
        with self._lock:
            plug = self._open.get(request)
        if plug is not None:
            plug.respond(request, value)

    def dismiss(self, execution_id: str) -> None:
        with self._lock:
            waiting = {request: plug for request, plug in self._open.items() if _execution_of(plug) == execution_id}
            self._dismissed |= waiting.keys()
        for plug in waiting.values():
            with plug._cond:
                plug.remove_prompt()
                plug._cond.notify_all()

    def _reset_after_fork(self) -> None:
        self._lock = threading.Lock()
        self._open, self._dismissed = {}, set()

    def _add(self, plug: Any, prompt: Any) -> None:
        with self._lock:
            self._open[prompt.id] = plug
        self._channel.send(
            "ui_request",
            execution_id=_execution_of(plug),
            request_id=prompt.id,
            message=str(prompt.message),
            text_input=bool(prompt.text_input),
            image_url=prompt.image_url,
            timeout_s=getattr(self._timeout, "seconds", None),
        )

    def _remove(self, plug: Any, request: str) -> None:
        with self._lock:
            known = self._open.pop(request, None)
        if known is not None:
            self._channel.send("ui_resolved", execution_id=_execution_of(plug), request_id=request)


def _timeout_in(signature: inspect.Signature, plug: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> float | None:
    try:
        seconds = signature.bind(plug, *args, **kwargs).arguments.get("timeout_s")
    except TypeError:
        return None  # the call itself raises it
    return float(seconds) if isinstance(seconds, (int, float)) else None


@contextmanager
def _releasing_lock(plug: Any) -> Iterator[None]:
    """Frees the plug's lock when an abort hits its thread between taking the lock and entering the `with` block.

    Otherwise the prompt of a teardown phase would wait for that lock for ever.
    """
    try:
        yield
    except BaseException:
        while plug._cond._is_owned():
            plug._cond.release()
        raise


def wait_for_abort() -> None:
    """Waits for the exception by which OpenHTF ends a phase; Python raises it at the next step of the thread."""
    deadline = time.monotonic() + _ABORT_TIMEOUT_S
    while time.monotonic() < deadline:
        time.sleep(0.01)


def _execution_of(plug: Any) -> str:
    return str(plug.logger.name).partition(".test_record.")[2].partition(".")[0]
