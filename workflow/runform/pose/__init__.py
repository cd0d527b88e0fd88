"""From a clip to the keypoints of one followed runner: detect, repair, judge."""
