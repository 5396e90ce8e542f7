"""Validation: finds implausible interval values. Checks flag values but never change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gridfeed.domain.calendar.instants import HOUR_US
from gridfeed.domain.vee.daylight import Sun
from gridfeed.domain.vee.series import Bools, Flag, Intervals, Plant
from gridfeed.domain.vee.spikes import spikes
from gridfeed.domain.words import Channel, Technology

#: A set point keeps their output constant; sun and wind do not.
_DISPATCHED = {Technology.HYDRO, Technology.STORAGE, Technology.OTHER}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of the checks. Shares are of the meter's capacity.

    They follow from how plants and meters behave, not from a set of labelled data;
    docs/validation.md gives the reason for each.

    idle_share: below it a plant counts as not generating. stuck_hours: how long sun, wind or an
    undeclared technology may repeat exactly the same value. stuck_dispatched_hours: the same for
    plants with a set point, and for any plant at or above clip_share, where inverters and turbines
    cut off. stuck_intervals: fewer equal values are chance. spike_share: the least jump away from
    both neighbours. spike_times_usual: the least ratio of the jump to the usual step around it.
    spike_hours: how far away neighbours and usual steps may be. high_limit_share: the highest
    plausible power. low_limit_share: the station load if none is declared. load_tolerance: the
    allowed multiple of the declared station load. dark_degrees: the elevation of the sun below
    which no solar cell gives power.
    """

    idle_share: float = 0.005
    stuck_hours: float = 2.0
    stuck_dispatched_hours: float = 24.0
    stuck_intervals: int = 3
    clip_share: float = 0.95
    spike_share: float = 0.25
    spike_times_usual: float = 4.0
    spike_hours: float = 2.0
    high_limit_share: float = 1.10
    low_limit_share: float = 0.05
    load_tolerance: float = 1.10
    dark_degrees: float = -6.0


#: Spans [start_us, end_us) whose intervals do not add up to the energy the register counted.
Spans = Sequence[tuple[int, int]]
Flags = Mapping[Flag, Bools]

DEFAULTS = Thresholds()


def check(
    intervals: Intervals,
    plant: Plant,
    thresholds: Thresholds = DEFAULTS,
    register_mismatches: Spans = (),
) -> Flags:
    """Return for every flag which intervals have it, as columns of the series' length."""
    high, low = limits(intervals.channel, plant, thresholds)
    power = intervals.power()
    return {
        Flag.GAP: ~intervals.known,
        Flag.STUCK: _stuck(intervals, plant, thresholds),
        Flag.SPIKE: spikes(
            intervals,
            thresholds.spike_share * plant.capacity_microkw,
            thresholds.spike_times_usual,
            round(thresholds.spike_hours * HOUR_US),
        ),
        Flag.HIGH_LIMIT: power > high,
        Flag.LOW_LIMIT: power < low,
        Flag.DAYLIGHT: _in_the_dark(intervals, plant, thresholds),
        Flag.REGISTER: _inside(intervals, register_mismatches),
    }


def limits(channel: Channel, plant: Plant, thresholds: Thresholds) -> tuple[float, float]:
    """Return the highest and the lowest plausible mean power, in 10^-6 kW.

    The lowest is minus the station load, not zero; storage charges with its full capacity.
    """
    capacity, load = plant.capacity_microkw, plant.station_load_microkw
    high = thresholds.high_limit_share * capacity
    drawn = thresholds.low_limit_share * capacity
    if load is not None:
        drawn = thresholds.load_tolerance * load
    if channel is Channel.STATION_LOAD:
        return thresholds.idle_share * capacity, -drawn
    if plant.technology is Technology.STORAGE:
        return high, -high
    return high, -drawn


def _stuck(intervals: Intervals, plant: Plant, thresholds: Thresholds) -> Bools:
    """Flag runs of the same generating value in contiguous intervals of one length."""
    if not len(intervals) or intervals.channel is Channel.STATION_LOAD:
        return np.zeros(len(intervals), np.bool_)
    energy, length, known = intervals.energy, intervals.length_us, intervals.known
    goes_on = known[1:] & known[:-1] & (energy[1:] == energy[:-1]) & (length[1:] == length[:-1])
    goes_on &= intervals.start_us[1:] == intervals.end_us[:-1]
    heads = np.flatnonzero(np.append(True, ~goes_on))
    counts = np.diff(np.append(heads, len(energy)))
    level = intervals.power()[heads] / plant.capacity_microkw
    still = (plant.technology in _DISPATCHED) | (level >= thresholds.clip_share)
    hours = np.where(still, thresholds.stuck_dispatched_hours, thresholds.stuck_hours)
    long = counts * length[heads] >= hours * HOUR_US
    found = long & (counts >= thresholds.stuck_intervals) & (level > thresholds.idle_share)
    return np.repeat(found, counts)


def _in_the_dark(intervals: Intervals, plant: Plant, thresholds: Thresholds) -> Bools:
    """Flag generation of a solar plant while the sun is well below the horizon."""
    found = np.zeros(len(intervals), np.bool_)
    if plant.technology is not Technology.SOLAR or intervals.channel is Channel.STATION_LOAD:
        return found
    if plant.latitude is None or plant.longitude is None:
        return found
    sun = Sun(plant.latitude, plant.longitude)
    generating = intervals.power() > thresholds.idle_share * plant.capacity_microkw
    for row in np.flatnonzero(generating):
        span = int(intervals.start_us[row]), int(intervals.end_us[row])
        found[row] = sun.stays_below(thresholds.dark_degrees, *span)
    return found


def _inside(intervals: Intervals, spans: Spans) -> Bools:
    found = np.zeros(len(intervals), np.bool_)
    for start_us, end_us in spans:
        found |= (intervals.start_us >= start_us) & (intervals.end_us <= end_us)
    return found
