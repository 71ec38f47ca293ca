"""Settings that make no sense are refused in words, and those that make some are taken as they were meant."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.site import ROOT, environment, python

KNOWS = "from django.core.exceptions import ImproperlyConfigured\n"
REFUSED = f"{KNOWS}try:\n    import chatsite.settings\nexcept ImproperlyConfigured as refusal:\n    print(refusal)"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHATSITE_TIME_ZONE", "Mars"),
        ("CHATSITE_TIME_ZONE", "../etc/passwd"),
        ("CHATSITE_LOG_LEVEL", "loud"),
        ("CHATSITE_URL", "http://["),
        ("CHATSITE_URL", "https://a:b"),
        ("CHATSITE_URL", "https://a b"),
        ("CHATSITE_URL", "https://user:password@chat.example.org"),
        ("CHATSITE_URL", "https://chat.example.org/path"),
        ("OPENAI_BASE_URL", "http://["),
        ("OPENAI_BASE_URL", "api.example.org/v1"),
        ("CHATSITE_OUTBOUND_PROXY", "socks5://proxy"),
        ("OPENAI_API_KEY", "sk-a b"),
        ("OPENAI_API_KEY", "密钥"),
        ("CHATSITE_MODELS", "x" * 181),
        ("CHATSITE_PORT", "²"),
        ("CHATSITE_PORT", "65536"),
        ("CHATSITE_SIGNUP", "perhaps"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://user:password@x/y"),
        ("DATABASE_URL", "postgres://user:password@x:y/z"),
        ("CHATSITE_CORS_ORIGINS", "app.example.org"),
        ("CHATSITE_CORS_ORIGINS", "https://app.example.org,*"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    told = python(environment(tmp_path, "", **{name: value}), "-c", REFUSED)
    assert told.startswith(f"{name} ")
    if not name.endswith("_URL") or "DATABASE" in name:
        assert "password" not in told


def test_what_was_meant_is_taken(tmp_path: Path) -> None:
    meant = {
        "CHATSITE_CORS_ORIGINS": " https://App.example.org/ , http://localhost:5173",
        "CHATSITE_URL": "https://chat.example.org:8443/",
        "CHATSITE_LOG_LEVEL": "debug",
        "CHATSITE_TIME_ZONE": "Asia/Shanghai",
        "CHATSITE_MODELS": "a, b,",
        "CHATSITE_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
    }
    shown = "from chatsite import settings as s; print(s.CORS_ORIGINS, s.SITE_URL, s.LOG_LEVEL, s.OFFERED_MODELS)"
    told = python(environment(tmp_path, "", **meant), "-c", shown)
    origins = "['https://app.example.org', 'http://localhost:5173']"
    assert told.strip() == f"{origins} https://chat.example.org:8443 DEBUG ['a', 'b']"


ADVICE = "from chatsite import server; import django; django.setup(); server.advise()"


def advice(tmp_path: Path, before: str = "", **settings: str) -> str:
    command = [sys.executable, "-c", before + ADVICE]
    env = environment(tmp_path, "", **settings)
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stderr


def test_a_sqlite_that_can_damage_the_database_is_warned_of(tmp_path: Path) -> None:
    """As on a machine for which there is no wheel with a mended one."""
    old = "import sys; sys.modules['pysqlite3'] = None; import sqlite3; sqlite3.sqlite_version_info = (3, 51, 2)\n"
    assert "can damage" in advice(tmp_path, old)
    assert advice(tmp_path, old, DATABASE_URL="postgres://x/y") == ""
    assert advice(tmp_path) == ""


def test_a_public_site_that_trusts_no_proxy_is_warned_of(tmp_path: Path) -> None:
    public = {"CHATSITE_URL": "https://chat.example.org"}
    assert "CHATSITE_TRUSTED_PROXIES" in advice(tmp_path, **public)
    assert advice(tmp_path, **public, CHATSITE_TRUSTED_PROXIES="127.0.0.1") == ""
