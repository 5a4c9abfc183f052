"""Tables of the documents that are written from the code, so that neither can say what the other does not."""
