import torch
from torch import nn
from torch.nn import functional as F


class SteppeUnit(nn.Module):

    def __init__(self, dim, hidden_dim):
        super().__init__()
        self.fc_in = nn.Linear(dim, 2 * hidden_dim, bias=False)
        self.fc_out = nn.Linear(hidden_dim, dim, bias=False)

    def forward(self, x):
        v, g = self.fc_in(x).chunk(2, dim=-1)
        return self.fc_out(v * F.gelu(g))


class SteppeGate(nn.Module):

    def __init__(self, dim, units, top=2, jitter=0.1):
        super().__init__()
        self.top = top
        self.jitter = jitter
        self.units = units
        self.head = nn.Linear(dim, units, bias=False)

    def forward(self, x):
        logits = self.head(x)
        if self.training and self.jitter > 0:
            logits = logits + torch.randn_like(logits) * self.jitter
        p = logits.softmax(dim=-1)
        w, idx = p.topk(self.top, dim=-1)
        w = w / w.sum(dim=-1, keepdim=True)
        return w, idx, self.evenness(p, idx)

    def evenness(self, p, idx):
        used = F.one_hot(idx, self.units).float().sum(dim=1)
        load = used.mean(dim=0) / self.top
        mean_p = p.mean(dim=0)
        return self.units * (load * mean_p).sum()


class SteppeBlock(nn.Module):

    def __init__(self, dim, units=8, top=2, ratio=4):
        super().__init__()
        self.gating = SteppeGate(dim, units, top)
        self.units = nn.ModuleList(SteppeUnit(dim, ratio * dim) for _ in range(units))

    def forward(self, states):
        size = states.shape
        x = states.reshape(-1, size[-1])
        alpha, idx, aux = self.gating(x)
        y = torch.zeros_like(x)
        for i, unit in enumerate(self.units):
            r, c = torch.where(idx == i)
            if r.numel() == 0:
                continue
            a = alpha[r, c].unsqueeze(-1)
            y.index_add_(0, r, unit(x[r]) * a)
        return y.reshape(size), aux
