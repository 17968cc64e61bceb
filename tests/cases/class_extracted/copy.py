from torch import nn
from torch.nn import functional as F
import torch


class Gate(nn.Module):
    """Chooses experts for each token, and says how evenly it did."""

    def __init__(self, width, experts, active=2, noise=0.1):
        super().__init__()
        self.active = active
        self.noise = noise
        self.experts = experts
        self.linear = nn.Linear(width, experts, bias=False)

    def forward(self, tokens):
        scores = self.linear(tokens)
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
