"""Every fenced block of the documentation: who runs it, and whether it gives what stands below it."""
