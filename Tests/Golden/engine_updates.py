"""Golden values of what happens between gradient and parameter: optimisers, schedules, clipping, averages.

    python3 Tests/Golden/engine_updates.py       # writes Tests/Golden/engine/updates.safetensors

Ten given gradients are applied to a matrix w [3, 4] and a vector b [4], calculated in float64, rounded to float32:
    parameter.w, parameter.b    before the first step
    gradient.w, gradient.b      [10, 3, 4], [10, 4]; no model, they do not depend on the parameters
    OPTIMISER.w, OPTIMISER.b    after each step; settings under the optimiser's name in the metadata
    clip.norm, clip.w, clip.b   torch.nn.utils.clip_grad_norm_(max_norm=1): the norm over both tensors before, and
                                gradients times min(1, 1 / (norm + 1e-6))
    average.w, average.b        e = 0.9 e + 0.1 p after each step of `adam`, e at first the initial parameters
    weight_clip.w               w clamped to [-0.5, 0.5]
    schedule.NAME               factor of the learning rate at steps 0..<40, formulas in the metadata
"""
import math
import pathlib

import torch

from engine_files import write

FILE = pathlib.Path(__file__).resolve().parent / "engine" / "updates.safetensors"
STEPS = 10
OPTIMISERS = {
    "sgd": ("SGD", dict(lr=0.1)),
    "sgd_decay": ("SGD", dict(lr=0.1, weight_decay=0.01)),
    "momentum": ("SGD", dict(lr=0.1, momentum=0.9)),
    "nesterov": ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True)),
    "rmsprop": ("RMSprop", dict(lr=0.01, alpha=0.99, eps=1e-8)),
    "rmsprop_momentum": ("RMSprop", dict(lr=0.01, alpha=0.9, eps=1e-8, momentum=0.9)),
    "rmsprop_centred": ("RMSprop", dict(lr=0.01, alpha=0.9, eps=1e-8, centered=True)),
    "adam": ("Adam", dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8)),
    "adam_half": ("Adam", dict(lr=0.01, betas=(0.5, 0.9), eps=1e-8)),
    "adam_decay": ("Adam", dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)),
    "adamw": ("AdamW", dict(lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)),
}
WARM_UP, TOTAL, FLOOR = 5, 30, 0.1
SCHEDULES = {
    "constant": ("1", lambda s: 1.0),
    "linear": ("1 + (0.1 - 1) min(s, 30) / 30 (LinearLR)", lambda s: 1 + (FLOOR - 1) * min(s, TOTAL) / TOTAL),
    "cosine": ("0.1 + 0.9 (1 + cos(pi min(s, 30) / 30)) / 2 (CosineAnnealingLR until its end, then its floor)",
               lambda s: FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * min(s, TOTAL) / TOTAL)) / 2),
    "warm_up": ("min(1, (s + 1) / 5)", lambda s: min(1.0, (s + 1) / WARM_UP)),
    "warm_up_cosine": (
        "(s + 1) / 5 for s < 5, else 0.1 + 0.9 (1 + cos(pi min(s - 5, 25) / 25)) / 2",
        lambda s: (s + 1) / WARM_UP if s < WARM_UP else FLOOR + (1 - FLOOR) * (
            1 + math.cos(math.pi * min(s - WARM_UP, TOTAL - WARM_UP) / (TOTAL - WARM_UP))) / 2),
}


def applied(kind, settings, start, gradients):
    """The parameters after each step, {name: [STEPS, ...]}."""
    parameters = {name: torch.nn.Parameter(value.clone()) for name, value in start.items()}
    optimiser = getattr(torch.optim, kind)(parameters.values(), **settings)
    history = {name: [] for name in parameters}
    for step in range(STEPS):
        for name, parameter in parameters.items():
            parameter.grad = gradients[name][step].clone()
        optimiser.step()
        for name, parameter in parameters.items():
            history[name].append(parameter.detach().clone())
    return {name: torch.stack(values) for name, values in history.items()}


def clipped(gradients):
    rows = {"norm": [], "w": [], "b": []}
    for step in range(STEPS):
        parameters = {name: torch.nn.Parameter(torch.zeros_like(value[step])) for name, value in gradients.items()}
        for name, parameter in parameters.items():
            parameter.grad = gradients[name][step].clone()
        rows["norm"].append(torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0))
        for name, parameter in parameters.items():
            rows[name].append(parameter.grad)
    return {name: torch.stack(values) for name, values in rows.items()}


def library_agrees():
    """The formulas of the schedules that PyTorch has, against PyTorch's."""
    for name, kind, settings in (
            ("linear", "LinearLR", dict(start_factor=1.0, end_factor=FLOOR, total_iters=TOTAL)),
            ("cosine", "CosineAnnealingLR", dict(T_max=TOTAL, eta_min=FLOOR))):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule = getattr(torch.optim.lr_scheduler, kind)(optimiser, **settings)
        for step in range(TOTAL + 1):
            assert abs(schedule.get_last_lr()[0] - SCHEDULES[name][1](step)) < 1e-12, (name, step)
            optimiser.step()
            schedule.step()


def main():
    torch.manual_seed(1)
    library_agrees()
    exact = lambda value: value.float().double()
    start = {"w": exact(torch.randn(3, 4)), "b": exact(torch.randn(4))}
    # Sizes from 1/8 to 2 times a standard normal: some steps are clipped, some are not.
    sizes = torch.tensor([2.0, 0.125, 1.0, 0.25, 0.5, 1.5, 0.125, 0.75, 0.2, 1.0], dtype=torch.float64)
    gradients = {"w": exact(sizes[:, None, None] * torch.randn(STEPS, 3, 4)), "b": exact(sizes[:, None] * torch.randn(STEPS, 4))}
    tensors = {f"parameter.{name}": value for name, value in start.items()}
    tensors |= {f"gradient.{name}": value for name, value in gradients.items()}
    metadata = {"calculated_in": "float64"}
    for name, (kind, settings) in OPTIMISERS.items():
        tensors |= {f"{name}.{key}": value for key, value in applied(kind, settings, start, gradients).items()}
        metadata[name] = {"class": kind} | settings
    tensors |= {f"clip.{name}": value for name, value in clipped(gradients).items()}
    for name, value in start.items():
        rows = []
        for step in range(STEPS):
            value = 0.9 * value + 0.1 * tensors[f"adam.{name}"][step]
            rows.append(value)
        tensors[f"average.{name}"] = torch.stack(rows)
    tensors["weight_clip.w"] = start["w"].clamp(-0.5, 0.5)
    for name, (formula, factor) in SCHEDULES.items():
        tensors[f"schedule.{name}"] = torch.tensor([factor(step) for step in range(40)], dtype=torch.float64)
        metadata[f"schedule.{name}"] = formula
    write(FILE, tensors, "Tests/Golden/engine_updates.py", metadata)
    print(f"{FILE.name}: {len(tensors)} tensors, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
