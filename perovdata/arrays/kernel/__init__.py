"""The arithmetic inside an array: device constants, cell physics, noise, reading and writing."""
