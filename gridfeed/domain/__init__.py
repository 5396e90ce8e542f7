"""The pure part: intervals, rollup, quality, signs. No I/O, no clock, no framework."""
