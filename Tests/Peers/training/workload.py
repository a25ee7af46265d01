"""What every PyTorch workload shares: its modes, its optimiser, its synthetic data.

A mode is a name made of words joined by "-":

    eager | compile     PyTorch as it is, or the loss through torch.compile
    f32 | bf16          parameters are float32 in both; bf16 puts the loss under torch.autocast
    last                convolution weights and images in channels-last layout
    explicit            the gradient penalty's input gradient written out by hand (see wgan.py)

Data are synthetic and fixed: what is timed does not depend on their values, apart from denormals, which are
flushed to zero. A batch is a view of a pool; noise is drawn anew in every step, as in training.
"""
import torch

POOL_BATCHES = 8


class Workload:
    """A built model with its data; `step()` makes one training step."""

    name = ""
    batch = 0
    modes = ("eager-f32", "compile-f32", "eager-bf16", "compile-bf16")
    # Samples (sequences, images, points) that one step trains on.
    samples_per_step = 0

    def __init__(self, mode: str):
        words = mode.split("-")
        self.compiled = "compile" in words
        self.bf16 = "bf16" in words
        self.last = "last" in words
        self.explicit = "explicit" in words
        self.position = 0
        torch.manual_seed(7)

    def prepared(self, module):
        """The module in the mode's memory layout."""
        return module.to(memory_format=torch.channels_last) if self.last else module

    def images(self, images):
        return images.contiguous(memory_format=torch.channels_last) if self.last else images

    def function(self, loss):
        """The loss under autocast where the mode says so, compiled where it says so."""
        def run(*arguments):
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
                return loss(*arguments)
        return torch.compile(run, fullgraph=True, dynamic=False) if self.compiled else run

    def next(self, pool):
        """The next batch of the pool, a view of its rows."""
        start = self.position % POOL_BATCHES * self.batch
        self.position += 1
        return pool[start:start + self.batch]

    def step(self) -> None:
        raise NotImplementedError


def descend(loss, optimiser):
    """Gradients of `loss`, one optimiser step, gradients dropped."""
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return loss.detach()
