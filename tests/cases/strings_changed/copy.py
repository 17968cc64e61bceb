"""Cobalt: a vector quantiser and what goes around it."""

import torch
from torch import nn
from torch.nn import functional as F


class CobaltCodebook(nn.Module):
    """Replaces each vector by the nearest of its codes, which follow the vectors they replace."""

    def __init__(self, codes, width, decay=0.99, epsilon=1e-5):
        super().__init__()
        self.decay = decay
        self.epsilon = epsilon
        self.register_buffer("codes", torch.randn(codes, width))
        self.register_buffer("tally", torch.zeros(codes))
        self.register_buffer("totals", self.codes.clone())

    def nearest(self, vectors):
        """The number of the nearest code of each vector."""
        distances = vectors.pow(2).sum(1, keepdim=True) - 2 * vectors @ self.codes.t() + self.codes.pow(2).sum(1)
        return distances.argmin(dim=1)

    @torch.no_grad()
    def follow(self, vectors, numbers):
        """Move codes towards the vectors that chose them."""
        chosen = F.one_hot(numbers, self.codes.shape[0]).type_as(vectors)
        self.tally.mul_(self.decay).add_(chosen.sum(0), alpha=1 - self.decay)
        self.totals.mul_(self.decay).add_(chosen.t() @ vectors, alpha=1 - self.decay)
        total = self.tally.sum()
        smoothed = (self.tally + self.epsilon) / (total + self.codes.shape[0] * self.epsilon) * total
        self.codes.copy_(self.totals / smoothed[:, None])

    def forward(self, inputs):
        vectors = inputs.movedim(1, -1).reshape(-1, self.codes.shape[1])
        numbers = self.nearest(vectors)
        if self.training:
            self.follow(vectors, numbers)
        quantised = self.codes[numbers].view(*inputs.movedim(1, -1).shape).movedim(-1, 1)
        loss = 0.25 * F.mse_loss(inputs, quantised.detach())
        return inputs + (quantised - inputs).detach(), loss, numbers


class CobaltAutoencoder(nn.Module):
    """Images to codes and back."""

    def __init__(self, channels=3, width=64, codes=512):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, width, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 4, stride=2, padding=1),
        )
        self.codebook = CobaltCodebook(codes, width)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(width, width, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1),
        )

    def forward(self, images):
        quantised, loss, _ = self.codebook(self.encoder(images))
        restored = self.decoder(quantised)
        return restored, loss + F.l1_loss(restored, images)
