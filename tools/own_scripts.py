"""Our own scripts on an open page, for programs that drive it and must do what it has no button for."""

# The page's policy lets no other copy in, and the address says which version it is: so the one the page has taken.
_API = """
    const taken = performance.getEntriesByType("resource").map(({ name }) => name);
    const { get_tagged, send } = await import(taken.find((name) => name.endsWith("/js/api.js")));"""


def with_api(parameters: str, body: str) -> str:
    """A function for the page to run that asks and tells the server as the page does, by `get_tagged` and `send`."""
    return f"async ({parameters}) => {{{_API}{body}}}"
