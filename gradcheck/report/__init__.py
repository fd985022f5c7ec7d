"""Reports, made from results alone: for a terminal, for programs and for CI."""
