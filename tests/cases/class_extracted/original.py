"""Tundra: a mixture of experts."""

import torch
from torch import nn
from torch.nn import functional as F


class TundraExpert(nn.Module):
    """One expert: a gated layer."""

    def __init__(self, width, inner):
        super().__init__()
        self.enter = nn.Linear(width, 2 * inner, bias=False)
        self.leave = nn.Linear(inner, width, bias=False)

    def forward(self, tokens):
        value, gate = self.enter(tokens).chunk(2, dim=-1)
        return self.leave(value * F.gelu(gate))


class TundraRouter(nn.Module):
    """Chooses experts for each token, and says how evenly it did."""

    def __init__(self, width, experts, active=2, noise=0.1):
        super().__init__()
        self.active = active
        self.noise = noise
        self.experts = experts
        self.scorer = nn.Linear(width, experts, bias=False)

    def forward(self, tokens):
        scores = self.scorer(tokens)
        if self.training and self.noise > 0:
            scores = scores + torch.randn_like(scores) * self.noise
        chances = scores.softmax(dim=-1)
        best, chosen = chances.topk(self.active, dim=-1)
        best = best / best.sum(dim=-1, keepdim=True)
        return best, chosen, self.balance(chances, chosen)

    def balance(self, chances, chosen):
        """Least when all experts get the same number of tokens."""
        taken = F.one_hot(chosen, self.experts).float().sum(dim=1)
        density = taken.mean(dim=0) / self.active
        expected = chances.mean(dim=0)
        return self.experts * (density * expected).sum()


class TundraLayer(nn.Module):
    """Routes each token through its experts and adds up what they say."""

    def __init__(self, width, experts=8, active=2, expansion=4):
        super().__init__()
        self.router = TundraRouter(width, experts, active)
        self.experts = nn.ModuleList(TundraExpert(width, expansion * width) for _ in range(experts))

    def forward(self, hidden):
        shape = hidden.shape
        tokens = hidden.reshape(-1, shape[-1])
        weights, chosen, penalty = self.router(tokens)
        output = torch.zeros_like(tokens)
        for number, expert in enumerate(self.experts):
            rows, places = torch.where(chosen == number)
            if rows.numel() == 0:
                continue
            share = weights[rows, places].unsqueeze(-1)
            output.index_add_(0, rows, expert(tokens[rows]) * share)
        return output.reshape(shape), penalty
