"""From a file on the disk to a document: PDF, HTML, JATS and other XML, plain text, Markdown."""
