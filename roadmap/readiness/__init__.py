"""Whether a launch phase is ready, why not, and the smallest thing that would change that."""
