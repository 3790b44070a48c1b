"""The tables for other people's tools: descriptors, spreadsheets, data packages."""
