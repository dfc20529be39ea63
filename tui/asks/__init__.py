"""What screens ask of the plan beside the board itself: each function runs on the plan's thread."""
