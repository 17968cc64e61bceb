"""Mica: choosing the next token."""

import torch


def apply_temperature(logits, temperature):
    """Flatten or sharpen; zero means the greedy choice."""
    if temperature <= 0:
        best = logits.argmax(dim=-1, keepdim=True)
        return torch.full_like(logits, float("-inf")).scatter(-1, best, 0.0)
    return logits / temperature


def keep_most_likely(logits, count):
    """All but the ``count`` best are ruled out."""
    if count is None or count >= logits.shape[-1]:
        return logits
    worst = logits.topk(count, dim=-1).values[..., -1:]
    return logits.masked_fill(logits < worst, float("-inf"))


def keep_nucleus(logits, mass):
    """The smallest set of tokens that holds ``mass`` of the chance."""
    ordered, places = logits.sort(dim=-1, descending=True)
    chances = ordered.softmax(dim=-1)
    before = chances.cumsum(dim=-1) - chances
    ordered = ordered.masked_fill(before > mass, float("-inf"))
    return torch.empty_like(logits).scatter(-1, places, ordered)


def discourage_repeats(logits, history, penalty=1.2):
    """Tokens seen before become less likely."""
    seen = logits.gather(-1, history)
    seen = torch.where(seen < 0, seen * penalty, seen / penalty)
    return logits.scatter(-1, history, seen)


def sample(model, tokens, steps, temperature=0.8, count=40, mass=0.95, stop=None):
    """Continue ``tokens`` by up to ``steps`` tokens."""
    for _ in range(steps):
        logits = model(tokens[:, -model.context :])[:, -1]
        logits = discourage_repeats(logits, tokens)
        logits = apply_temperature(logits, temperature)
        logits = keep_nucleus(keep_most_likely(logits, count), mass)
        chosen = torch.multinomial(logits.softmax(dim=-1), num_samples=1)
        tokens = torch.cat((tokens, chosen), dim=-1)
        if stop is not None and bool((chosen == stop).all()):
            break
    return tokens
