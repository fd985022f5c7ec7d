"""The proofs, one idea a file; a new one is a new file here."""
