"""Image and event sources: embedded, local files, downloads, generated scenes."""
