"""A hybrid: recurrence, then experts."""

import torch
from torch import nn
from torch.nn import functional as F


class HybridMixer(nn.Module):
    """Mixes a sequence through a state that decays at a rate learned per channel.

    The state is kept between calls, so that a sequence may come in pieces.
    """

    def __init__(self, width, state_width=16, chunk=64):
        super().__init__()
        self.state_width = state_width
        self.chunk = chunk
        self.project = nn.Linear(width, 2 * width)
        self.rate = nn.Parameter(torch.zeros(width, state_width))
        self.write = nn.Linear(width, state_width)
        self.read = nn.Linear(width, state_width)
        self.skip = nn.Parameter(torch.ones(width))
        self.merge = nn.Linear(width, width)

    def initial_state(self, batch, device):
        """Nothing seen yet."""
        width = self.skip.numel()
        return torch.zeros(batch, width, self.state_width, device=device)

    def step(self, inputs, state):
        """One position: decay, write, read."""
        decay = torch.exp(-torch.nn.functional.softplus(self.rate))
        written = inputs.unsqueeze(-1) * self.write(inputs).unsqueeze(1)
        state = state * decay + written
        outputs = (state * self.read(inputs).unsqueeze(1)).sum(dim=-1)
        return outputs + self.skip * inputs, state

    def forward(self, hidden, state=None):
        batch, length, _ = hidden.shape
        if state is None:
            state = self.initial_state(batch, hidden.device)
        inputs, gate = self.project(hidden).chunk(2, dim=-1)
        collected = []
        for position in range(length):
            outputs, state = self.step(inputs[:, position], state)
            collected.append(outputs)
            if position % self.chunk == self.chunk - 1:
                state = state.detach()  # no gradient across chunks
        mixed = torch.stack(collected, dim=1)
        return self.merge(mixed * torch.tanh(gate)), state


class HybridRecurrence(nn.Module):
    """A mixer with a norm before it and a residual around it."""

    def __init__(self, width, dropout=0.1):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mixer = HybridMixer(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden, state=None):
        update, state = self.mixer(self.norm(hidden), state)
        return hidden + self.dropout(update), state


class HybridExpert(nn.Module):
    """One expert: a gated layer."""

    def __init__(self, width, inner):
        super().__init__()
        self.enter = nn.Linear(width, 2 * inner, bias=False)
        self.leave = nn.Linear(inner, width, bias=False)

    def forward(self, tokens):
        value, gate = self.enter(tokens).chunk(2, dim=-1)
        return self.leave(value * F.gelu(gate))


class HybridRouter(nn.Module):
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


class HybridExperts(nn.Module):
    """Routes each token through its experts and adds up what they say."""

    def __init__(self, width, experts=8, active=2, expansion=4):
        super().__init__()
        self.router = HybridRouter(width, experts, active)
        self.experts = nn.ModuleList(HybridExpert(width, expansion * width) for _ in range(experts))

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
