"""Settings that are little languages of their own, read before anything is started: whoever reads them later is a child."""

from gridmap.config import Settings

_WORKERS = {"escalation", "webhook_url", "gateway_url", "smtp_host"}


def check(settings: Settings) -> None:
    """Raises Invalid for the first that can't be understood. Only what was set is looked at: the readers take long to import."""
    given = settings.model_fields_set
    if "working_hours" in given:
        from gridmap.cases.working import keep_hours  # noqa: PLC0415  # every start would wait for it

        keep_hours(settings.working_hours)
    if "base_maps" in given:
        from gridmap.maps import base_maps  # noqa: PLC0415  # every start would wait for it

        base_maps.read(settings.base_maps)
    if settings.replica_urls is not None:
        from gridmap.replicas.several import urls  # noqa: PLC0415  # every start would wait for it

        urls(settings.replica_urls.get_secret_value())
    if given & _WORKERS:
        from gridmap.cli.watchman import rules_of, ways_of  # noqa: PLC0415  # every start would wait for it

        rules_of(settings)
        ways_of(settings)
