"""Measurements: each against its baseline, in the same run, interleaved. `make bench` runs all."""
