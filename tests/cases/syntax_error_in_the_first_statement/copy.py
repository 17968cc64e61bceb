"""Lantern: a small transformer encoder."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class LanternAttention(nn.Module):
    """Attention with several heads and a learned temperature."""

    def __init__(self, width, heads, dropout=0.0):
        super().__init__()
        self.heads = heads
        self.head_width = width // heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width)
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1) / math.sqrt(self.head_width))
        self.dropout = dropout

    def forward(self, hidden, mask=None):
        batch, length, width = hidden.shape
        # one projection, then a split into heads
        mixed = self.qkv(hidden).view(batch, length, 3, self.heads, self.head_width)
        query, key, value = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-2, -1) * self.temperature
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None, :] == 0, -1e4)
        weights = F.softmax(scores, dim=-1)
        weights = F.dropout(weights, p=self.dropout, training=self.training)
        context = (weights @ value).transpose(1, 2).reshape(batch, length, width)
        return self.output(context)


class LanternMLP(nn.Module):
    """Two layers with a gate between them."""

    def __init__(self, width, expansion=4):
        super().__init__()
        self.gate = nn.Linear(width, width * expansion)
        self.up = nn.Linear(width, width * expansion)
        self.down = nn.Linear(width * expansion, width)

    def forward(self, hidden):
        return self.down(F.silu(self.gate(hidden)) * self.up(hidden)


class LanternBlock(nn.Module):
    """Attention, then the MLP, each with a residual around it."""

    def __init__(self, width, heads, dropout=0.0):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.attention = LanternAttention(width, heads, dropout)
        self.mlp = LanternMLP(width)

    def forward(self, hidden, mask=None):
        hidden = hidden + self.attention(self.norm1(hidden), mask)
        hidden = hidden + self.mlp(self.norm2(hidden))
        return hidden


class GlowEncoder(nn.Module):
    """A stack of blocks over embedded tokens."""

    def __init__(self, vocabulary, width=256, depth=6, heads=8):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(LanternBlock(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens, mask=None):
        hidden = self.embedding(tokens)
        for block in self.blocks:
            hidden = block(hidden, mask)
        return self.norm(hidden)
