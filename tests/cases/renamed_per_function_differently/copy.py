"""Mica: choosing the next token."""

import torch


def apply_temperature(scores, temperature):
    """Flatten or sharpen; zero means the greedy choice."""
    if temperature <= 0:
        top = scores.argmax(dim=-1, keepdim=True)
        return torch.full_like(scores, float("-inf")).scatter(-1, top, 0.0)
    return scores / temperature


def keep_most_likely(values_in, count):
    """All but the ``count`` best are ruled out."""
    if count is None or count >= values_in.shape[-1]:
        return values_in
    limit = values_in.topk(count, dim=-1).values[..., -1:]
    return values_in.masked_fill(values_in < limit, float("-inf"))


def keep_nucleus(raw, mass):
    """The smallest set of tokens that holds ``mass`` of the chance."""
    ordered, places = raw.sort(dim=-1, descending=True)
    chances = ordered.softmax(dim=-1)
    before = chances.cumsum(dim=-1) - chances
    ordered = ordered.masked_fill(before > mass, float("-inf"))
    return torch.empty_like(raw).scatter(-1, places, ordered)


def discourage_repeats(predictions, history, penalty=1.2):
    """Tokens seen before become less likely."""
    old = predictions.gather(-1, history)
    old = torch.where(old < 0, old * penalty, old / penalty)
    return predictions.scatter(-1, history, old)


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
