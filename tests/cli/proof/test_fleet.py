"""The simulated fleet: the same for the same seed, and as irregular as asked."""

from dataclasses import replace

import numpy as np
import pytest

from cli.proof.fleet import Plan, Sends, Shares, sends
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.telemetry.samples import BAD, GOOD, SUBSTITUTED, UNCERTAIN

START = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z
NONE = Shares(duplicates=0, disorder=0, spoiled=0, bad_quality=0, gaps=0)
PLAIN = Plan(np.linspace(10, 5000, 200), START, seconds=60, shares=NONE)


def all_of(plan):
    return Sends.concatenate(*sends(plan))


def columns(batch):
    return [getattr(batch, name).tolist() for name in Sends.__slots__]


def share_of(plan, **shares):
    return all_of(replace(plan, shares=replace(NONE, **shares)))


def test_the_same_seed_sends_the_same_and_another_seed_does_not():
    plan = replace(PLAIN, shares=Shares(), seed=7)

    assert columns(all_of(plan)) == columns(all_of(plan))
    assert columns(all_of(plan)) != columns(all_of(replace(plan, seed=8)))


def test_the_first_seconds_do_not_depend_on_how_long_the_run_is():
    short, long = (list(sends(replace(PLAIN, seconds=seconds))) for seconds in (5, 60))

    assert [columns(batch) for batch in short[:5]] == [columns(batch) for batch in long[:5]]


@pytest.mark.parametrize(("rate", "samples"), [(1, 60), (4, 240), (0.2, 12)])
def test_every_meter_sends_at_the_rate(rate, samples):
    batch = all_of(replace(PLAIN, rate=rate))

    assert set(np.bincount(batch.meter).tolist()) == {samples}
    inside = (batch.observed_at >= START) & (batch.observed_at < START + 61 * SECOND_US)
    assert inside.all()


def test_without_shares_nothing_is_late_doubled_spoiled_or_bad():
    batch = all_of(PLAIN)

    assert (batch.due == batch.observed_at).all()
    assert len(np.unique(batch.meter * 10**12 + batch.observed_at - START)) == len(batch)
    assert (batch.spoil < 0).all()
    assert (batch.quality == GOOD).all()


def test_each_second_sends_what_is_due_in_it_in_order():
    for second, batch in enumerate(sends(replace(PLAIN, shares=Shares()))):
        assert (np.diff(batch.due) >= 0).all()
        assert ((batch.due - START) // SECOND_US == second).all()


def test_late_ones_are_as_many_as_asked_and_no_later():
    batch = share_of(replace(PLAIN, disorder_seconds=10), disorder=0.3)
    delay = batch.due - batch.observed_at

    assert (delay > 0).mean() == pytest.approx(0.3, abs=0.02)
    assert delay.max() <= 10 * SECOND_US
    assert len(batch) == PLAIN.samples


def test_duplicates_are_as_many_as_asked_and_half_of_them_say_another_power():
    batch = share_of(PLAIN, duplicates=0.2)
    order = np.lexsort((batch.due, batch.observed_at, batch.meter))
    meter, at, power = batch.meter[order], batch.observed_at[order], batch.power_kw[order]
    again = (meter[1:] == meter[:-1]) & (at[1:] == at[:-1])

    assert again.sum() / PLAIN.samples == pytest.approx(0.2, abs=0.02)
    assert (power[1:] != power[:-1])[again].mean() == pytest.approx(0.5, abs=0.05)


def test_spoiled_and_bad_ones_are_as_many_as_asked():
    batch = share_of(PLAIN, spoiled=0.1, bad_quality=0.1)

    assert (batch.spoil >= 0).mean() == pytest.approx(0.1, abs=0.015)
    assert (batch.quality == BAD).mean() == pytest.approx(0.1, abs=0.015)
    assert (batch.quality == UNCERTAIN).mean() == pytest.approx(0.1, abs=0.015)


def test_as_many_meters_as_asked_fall_silent_and_a_quarter_of_them_substitutes():
    batch = share_of(PLAIN, gaps=0.4)
    sent = np.bincount(batch.meter, minlength=200)
    substituted = np.bincount(batch.meter[batch.quality == SUBSTITUTED], minlength=200) > 0

    # 80 of 200 fall silent, of which 20 substitute; a silence may begin at the very end.
    assert 50 <= (sent < 60).sum() <= 60
    assert 15 <= substituted.sum() <= 20
    assert (sent[substituted] == 60).all()


def test_power_follows_the_sun_and_is_negative_at_night():
    batch = all_of(PLAIN)
    capacity = PLAIN.capacity_kw[batch.meter]

    assert (batch.power_kw < 0).mean() == pytest.approx(0.5, abs=0.15)
    assert (batch.power_kw > -0.01 * capacity).all()
    assert (batch.power_kw < 1.05 * capacity).all()
    assert (np.round(batch.power_kw, 3) == batch.power_kw).all()
