"""The errors that making synthetic deliveries can end in."""


class SyntheticError(Exception):
    """Something stopped the synthetic deliveries from being made."""


class SyntheticSettingsError(SyntheticError):
    """A setting is outside what can be made; the message names it, what was expected and what to do."""


class SyntheticSeedError(SyntheticError):
    """A seed file of the project is missing or does not hold what is needed; the message names the file."""
