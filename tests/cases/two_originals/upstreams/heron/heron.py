"""Heron: a recurrent mixer with a decaying state."""

import torch
from torch import nn


class HeronMixer(nn.Module):
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


class HeronLayer(nn.Module):
    """A mixer with a norm before it and a residual around it."""

    def __init__(self, width, dropout=0.1):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mixer = HeronMixer(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden, state=None):
        update, state = self.mixer(self.norm(hidden), state)
        return hidden + self.dropout(update), state
