"""What follows RTMDet's network inside its ONNX: places, scores and the suppression of doubles become a fixed number of people.

Legend: N images, A anchors of all levels, n = MOST_PEOPLE, S side of the square image in px.
"""

import torch

MOST_PEOPLE = 100


class SuppressDoubles(torch.autograd.Function):
    """ONNX's NonMaxSuppression, which torch itself lacks: (M, 3) image, class and anchor of each box that stays."""

    @staticmethod
    def forward(_context, boxes, _scores, _most, _overlap, _least):
        """Stands in while the graph is traced: the first box of each image."""
        images = torch.arange(len(boxes))
        return torch.stack([images, torch.zeros_like(images), torch.zeros_like(images)], dim=1)

    @staticmethod
    def symbolic(graph, boxes, scores, most, overlap, least):
        """The node of the ONNX graph."""
        return graph.op("NonMaxSuppression", boxes, scores, most, overlap, least)


class PersonBoxes(torch.nn.Module):
    """Images in, people out: (N, 3, S, S) float32, normalised BGR -> (N, n, 5) x0 y0 x1 y1 px and score, the best first;
    and (N, n) labels. Where there are fewer than n people the score is 0 and the label -1.
    network: a module that gives the lists of scores (N, 1, H, W) and of distances (N, 4, H, W) px to the sides, level by level.
    strides: px between the anchors of each level.  rules: nms_pre, score_thr and nms.iou_threshold of mmdet's test_cfg.
    """

    def __init__(self, network, strides: list[int], rules):
        super().__init__()
        self.network, self.strides, self.rules = network, strides, rules

    def forward(self, images):
        """See the class."""
        levels = [self._level(*level) for level in zip(*self.network(images), self.strides, strict=True)]
        boxes, scores = (torch.cat(part, dim=1) for part in zip(*levels, strict=True))  # (N, A, 4), (N, A)
        boxes = boxes.clamp(0, images.shape[-1])
        limits = torch.tensor([MOST_PEOPLE]), torch.tensor([self.rules.nms.iou_threshold]), torch.tensor([self.rules.score_thr])
        stay = SuppressDoubles.apply(boxes, scores[:, None], *limits)
        places = stay[:, 0] * scores.shape[1] + stay[:, 2]
        kept = (
            torch.zeros_like(scores).flatten().scatter(0, places, torch.ones_like(places, dtype=scores.dtype)).reshape(scores.shape)
        )
        best, order = (scores * kept).topk(MOST_PEOPLE, dim=1)
        people = torch.cat([boxes.gather(1, order[..., None].expand(-1, -1, 4)), best[..., None]], dim=2)
        return people, torch.where(best > 0, 0, -1)

    def _level(self, logits, distances, stride):
        """(N, A, 4) boxes and (N, A) scores of one level, the best `nms_pre` where there are more."""
        height, width = logits.shape[-2:]
        down, right = torch.meshgrid(torch.arange(height) * stride, torch.arange(width) * stride, indexing="ij")
        anchors = torch.stack([right, down], dim=-1).reshape(1, -1, 2).to(logits.dtype)
        scores = logits.flatten(1).sigmoid()
        sides = distances.flatten(2).transpose(1, 2)
        boxes = torch.cat([anchors - sides[..., :2], anchors + sides[..., 2:]], dim=2)
        if scores.shape[1] <= self.rules.nms_pre:
            return boxes, scores
        scores, order = scores.topk(self.rules.nms_pre, dim=1)
        return boxes.gather(1, order[..., None].expand(-1, -1, 4)), scores
