"""Pebble: a convolutional network in four stages."""

import torch
from torch import nn

DEPTHS = (2, 2, 6, 2)
WIDTHS = (48, 96, 192, 384)


def make_divisible(value, divisor=8):
    """The multiple of ``divisor`` nearest to ``value``, never below nine tenths of it."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    if rounded < 0.9 * value:
        rounded += divisor
    return rounded


class PebbleUnit(nn.Module):
    """Depthwise convolution, squeeze and excitation, pointwise convolution."""

    def __init__(self, width, kernel=5, squeeze=0.25):
        super().__init__()
        inner = make_divisible(width * squeeze)
        self.depthwise = nn.Conv2d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.BatchNorm2d(width, momentum=0.01)
        self.reduce = nn.Conv2d(width, inner, 1)
        self.expand = nn.Conv2d(inner, width, 1)
        self.pointwise = nn.Conv2d(width, width, 1, bias=False)
        self.scale = nn.Parameter(torch.full((width, 1, 1), 1e-5))

    def forward(self, maps):
        update = self.norm(self.depthwise(maps))
        update = self.pointwise(update * self.excite(update))
        return maps + self.scale * update


class PebbleNet(nn.Module):
    """Four stages, each halving the resolution."""

    def __init__(self, classes=1000, drop=0.1):
        super().__init__()
        self.stem = nn.Conv2d(3, WIDTHS[0], kernel_size=4, stride=4)
        stages, previous = [], WIDTHS[0]
        for depth, width in zip(DEPTHS, WIDTHS):
            if previous != width:
                stages.append(nn.Conv2d(previous, width, kernel_size=2, stride=2))
            stages.extend(PebbleUnit(width) for _ in range(depth))
            previous = width
        self.stages = nn.Sequential(*stages)
        self.drop = nn.Dropout(drop)
        self.head = nn.Linear(previous, classes)
        self.reset_parameters()

    def reset_parameters(self):
        """Normal weights for layers, zero for their biases."""
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def features(self, images):
        """The last maps, before pooling."""
        return self.stages(self.stem(images))

    def forward(self, images):
        maps = self.features(images)
        return self.head(self.drop(maps.mean(dim=(-2, -1))))
