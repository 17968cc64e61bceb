"""Quill: attention with rotary positions, as functions."""

import torch

BASE = 10000.0


def rotary_table(length, width, base=BASE, device=None):
    """Cosines and sines for each position and each pair of channels."""
    exponents = torch.arange(0, width, 2, device=device).float() / width
    frequencies = 1.0 / base**exponents
    angles = torch.outer(torch.arange(length, device=device).float(), frequencies)
    return torch.cos(angles), torch.sin(angles)


def rotate_halves(states, cosine, sine):
    """Rotate the first half of the channels against the second."""
    half = states.shape[-1] // 2
    first, second = states[..., :half], states[..., half:]
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


def rotate_pairs(states, cosine, sine):
    """Rotate each even channel against the odd one after it."""
    even, odd = states[..., 0::2], states[..., 1::2]
    turned = torch.stack((even * cosine - odd * sine, odd * cosine + even * sine), dim=-1)
    return turned.flatten(-2)


def causal_mask(queries, keys, dtype):
    """Zero where a query may look, the least number elsewhere."""
    allowed = torch.ones(queries, keys, dtype=torch.bool).tril(keys - queries)
    return torch.zeros(queries, keys, dtype=dtype).masked_fill(~allowed, torch.finfo(dtype).min)


def repeat_heads(states, times):
    """Give every group of queries its own copy of keys and values."""
    if times == 1:
        return states
    batch, heads, length, width = states.shape
    expanded = states[:, :, None].expand(batch, heads, times, length, width)
    return expanded.reshape(batch, heads * times, length, width)


def attend(query, key, value, window=None):
    """Grouped attention with rotary positions, over the last ``window`` positions if one is given."""
    length, width = query.shape[-2:]
    cosine, sine = rotary_table(length, width, device=query.device)
    query = rotate_halves(query, cosine, sine)
    key = rotate_halves(key, cosine, sine)
    groups = query.shape[1] // key.shape[1]
    key, value = repeat_heads(key, groups), repeat_heads(value, groups)
    scores = torch.matmul(query, key.mT) * width**-0.5
    scores = scores + causal_mask(length, length, scores.dtype).to(scores.device)
    if window is not None:
        distance = torch.arange(length)[:, None] - torch.arange(length)[None, :]
        scores = scores.masked_fill(distance >= window, float("-inf"))
    return torch.softmax(scores, dim=-1) @ value
