"""The program uses no network: proof in this process, in its children, and without any network at all."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

# Reserved for documentation: no machine has this address.
NOWHERE = ("192.0.2.1", 80)
NEXTDOLLAR = Path(sys.executable).parent / "nextdollar"


def in_child(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.reaches_out
class TestTheGuard:
    def test_a_connection_to_another_machine_is_refused(self):
        with (
            socket.socket() as stream,
            pytest.raises(RuntimeError, match=r"socket\.connect reaches for 192\.0\.2\.1"),
        ):
            stream.connect(NOWHERE)

    def test_a_name_is_not_even_looked_up(self):
        with pytest.raises(RuntimeError, match=r"socket\.getaddrinfo reaches for www\.example\.org"):
            socket.getaddrinfo("www.example.org", 443)

    def test_a_datagram_to_another_machine_is_refused(self):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
            pytest.raises(RuntimeError, match=r"socket\.sendto reaches for 192\.0\.2\.1"),
        ):
            datagram.sendto(b"hello", NOWHERE)

    def test_a_child_process_is_refused_too(self):
        child = in_child(f"import socket; socket.socket().connect({NOWHERE!r})")
        assert child.returncode == 1
        assert "NetworkUseError: socket.connect reaches for 192.0.2.1" in child.stderr

    def test_an_attempt_that_is_caught_and_hidden_is_still_written_down(self):
        log = Path(os.environ["NEXTDOLLAR_NETWORK_LOG"])
        before = log.stat().st_size
        child = in_child(
            f"import contextlib, socket\n"
            f"with contextlib.suppress(Exception):\n"
            f"    socket.socket().connect({NOWHERE!r})\n"
        )
        assert child.returncode == 0
        assert log.read_text(encoding="utf-8")[before:] == "socket.connect 192.0.2.1\n"


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        served, _ = server.accept()
        with served:
            client.sendall(b"hello")
            assert served.recv(5) == b"hello"


def test_the_command_line_starts_under_the_guard(tmp_path):
    child = subprocess.run([NEXTDOLLAR, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert child.returncode == 0, child.stderr


@pytest.mark.slow
def test_the_demo_runs_where_there_is_no_network_at_all(tmp_path):
    # In a network namespace of its own a process has not even loopback; native code cannot get round it.
    unshare = shutil.which("unshare")
    possible = unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode == 0
    if not possible:
        pytest.skip("this machine cannot take the network away from a process (unshare -rn)")
    demo = subprocess.run(
        [unshare, "-rn", NEXTDOLLAR, "demo"], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert demo.returncode == 0, demo.stderr
    assert demo.stdout.strip()
