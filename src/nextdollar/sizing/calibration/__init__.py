"""Logs of engines and trainers in; constants, bands and utilisation of one's own machines out."""

from nextdollar.sizing.calibration.apply import Sharpened, calibration_for, error_band_for, sharpened
from nextdollar.sizing.calibration.saved import (
    LogSource,
    MachineRefit,
    MeasuredTraining,
    SavedCalibration,
    ServingRefit,
    ServingScope,
    read_calibration,
    write_calibration,
)

__all__ = [
    "LogSource",
    "MachineRefit",
    "MeasuredTraining",
    "SavedCalibration",
    "ServingRefit",
    "ServingScope",
    "Sharpened",
    "calibration_for",
    "error_band_for",
    "read_calibration",
    "sharpened",
    "write_calibration",
]
