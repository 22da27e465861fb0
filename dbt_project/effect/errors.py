"""What can be wrong with the units or the settings of an effect estimate."""


class EffectError(ValueError):
    """An effect cannot be estimated from what was given."""


class EffectInputError(EffectError):
    """The units or pairs are not what the functions need; the message names column, expectation and remedy."""


class EffectSettingsError(EffectError):
    """The settings file is not what it should be; the message names file, setting, expectation and remedy."""
