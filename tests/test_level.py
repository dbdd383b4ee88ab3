"""Level: what lies under which share of the values."""

import numpy as np

from mettavox import level


def test_a_percentile_is_numpys_to_the_bit():
    """For any number of values and any share."""
    dice = np.random.default_rng(1)
    for count in (1, 2, 3, 20, 333):
        values = dice.standard_normal(count) * 30 - 40
        for share in (0, 5, 33.3, 50, 95, 100):
            assert level.percentile(values, share) == np.percentile(values, share)
