"""The order of set-up."""

from pathlib import Path

from tools.setting_up import browser, front_end, postgres, python, translations


def everything(checkout: Path, *, for_tests: bool, own_database: bool) -> None:
    """Bring what `make run` (or `make test`) needs. `own_database`: the user names a PostGIS, none need be installed."""
    (checkout / ".setup").mkdir(exist_ok=True)
    if for_tests or not own_database:
        postgres.bring(checkout)
    python.bring(checkout, for_tests=for_tests)
    translations.bring(checkout)
    front_end.bring(checkout)
    if for_tests:
        browser.bring(checkout)
