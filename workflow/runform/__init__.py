"""runform: running form from video. One package folder per stage of the workflow."""
