"""The same tests on a real PostgreSQL: a second pytest with nothing changed but ``MOONSEAL_DATABASE_URL``."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__)


def test_everything_here_holds_on_postgresql_too(postgres_url, tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", str(HERE.parent), f"--ignore={HERE}", "-q", "-p", "no:cacheprovider"],
        cwd=HERE.parents[2],
        env={**os.environ, "MOONSEAL_DATABASE_URL": postgres_url, "MOONSEAL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
    assert "skipped" not in run.stdout
