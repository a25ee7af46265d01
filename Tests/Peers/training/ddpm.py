"""ddpm-unet: a denoising diffusion model (Ho 2020) with a small conditional U-Net on 28x28 images in [-1, 1].

Embedding of time t (0..<1000) and class (0..<10), [B, 128]:
    sinusoidal of size 32 (cos of t f_i, then sin, f_i = 10000^(-i/16), i = 0..<16) -> time1 -> SiLU -> time2,
    plus a row of class_embedding.
Residual block (in -> out), GroupNorm of 8 groups, eps 1e-5:
    norm1, SiLU, conv1 3x3; + embedding(SiLU(e)) per channel; norm2, SiLU, conv2 3x3;
    + shortcut (1x1 convolution where in != out).
Attention at 7x7, one head over 49 positions: norm, qkv 1x1 convolution 64 -> 192 (q, k, v in this order),
    softmax(q k^T / 8) v, projection 1x1, + input.
Way down:  conv_in 1 -> 32; down1.block 32 -> 32 at 28x28 (kept); down1.sample 3x3 stride 2 -> 14x14;
           down2.block 32 -> 64 (kept); down2.sample 3x3 stride 2 -> 7x7.
Middle:    middle1 64 -> 64, attention, middle2 64 -> 64.
Way up:    nearest x2, up2.sample 3x3 64 -> 64 at 14x14; [this, kept] 128 channels; up2.block 128 -> 64;
           nearest x2, up1.sample 3x3 64 -> 32 at 28x28; [this, kept] 64 channels; up1.block 64 -> 32.
Out:       norm_out, SiLU, conv_out 3x3 32 -> 1.

Loss: mean squared error of the predicted noise at x_t = sqrt(a_t) x + sqrt(1 - a_t) noise, t uniform, a_t the
cumulative product of 1 - beta, beta linear from 1e-4 to 0.02. Adam 2e-4, betas (0.9, 0.999), eps 1e-8; batch 64.
PyTorch's default initialisation.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .workload import POOL_BATCHES, Workload, descend


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, embedding, groups=8):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.embedding = nn.Linear(embedding, outputs)
        self.norm2 = nn.GroupNorm(groups, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, e):
        """x [B, inputs, H, W], e [B, embedding] after its SiLU -> [B, outputs, H, W]."""
        h = self.conv1(F.silu(self.norm1(x))) + self.embedding(e)[:, :, None, None]
        return self.conv2(F.silu(self.norm2(h))) + self.shortcut(x)


class ImageAttention(nn.Module):
    def __init__(self, channels, groups=8):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.projection = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        """x [B, C, H, W] -> the same shape."""
        batch, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x)).flatten(2).transpose(1, 2)  # [B, HW, 3C]
        q, k, v = (part.unsqueeze(1) for part in qkv.chunk(3, dim=2))  # [B, 1, HW, C]
        out = F.scaled_dot_product_attention(q, k, v).squeeze(1)
        return x + self.projection(out.transpose(1, 2).reshape(batch, channels, height, width))


class Level(nn.Module):
    """A residual block and the convolution that goes to the next resolution, or comes from the last."""

    def __init__(self, block, sample):
        super().__init__()
        self.block, self.sample = block, sample


class UNet(nn.Module):
    def __init__(self, channels=(32, 64), embedding=128, classes=10, groups=8):
        super().__init__()
        a, b = channels
        block = lambda inputs, outputs: ResidualBlock(inputs, outputs, embedding, groups)
        self.frequencies = a // 2
        self.time1 = nn.Linear(2 * self.frequencies, embedding)
        self.time2 = nn.Linear(embedding, embedding)
        self.class_embedding = nn.Embedding(classes, embedding)
        self.conv_in = nn.Conv2d(1, a, 3, padding=1)
        self.down1 = Level(block(a, a), nn.Conv2d(a, a, 3, stride=2, padding=1))
        self.down2 = Level(block(a, b), nn.Conv2d(b, b, 3, stride=2, padding=1))
        self.middle1 = block(b, b)
        self.attention = ImageAttention(b, groups)
        self.middle2 = block(b, b)
        self.up2 = Level(block(2 * b, b), nn.Conv2d(b, b, 3, padding=1))
        self.up1 = Level(block(2 * a, a), nn.Conv2d(b, a, 3, padding=1))
        self.norm_out = nn.GroupNorm(groups, a)
        self.conv_out = nn.Conv2d(a, 1, 3, padding=1)

    def embed(self, t, label):
        """t [B] and label [B] -> [B, embedding], after the SiLU that every block applies."""
        half = self.frequencies
        steps = torch.arange(half, dtype=self.time1.weight.dtype, device=t.device)
        angles = t[:, None] * torch.exp(-math.log(10000.0) / half * steps)
        e = self.time1(torch.cat([angles.cos(), angles.sin()], dim=1))
        return F.silu(self.time2(F.silu(e)) + self.class_embedding(label))

    def forward(self, x, t, label):
        """x [B, 1, H, W] with H and W multiples of 4, t [B], label [B] -> the shape of x."""
        e = self.embed(t, label)
        kept1 = self.down1.block(self.conv_in(x), e)
        kept2 = self.down2.block(self.down1.sample(kept1), e)
        h = self.middle1(self.down2.sample(kept2), e)
        h = self.middle2(self.attention(h), e)
        h = self.up2.sample(F.interpolate(h, scale_factor=2.0, mode="nearest"))
        h = self.up2.block(torch.cat([h, kept2], dim=1), e)
        h = self.up1.sample(F.interpolate(h, scale_factor=2.0, mode="nearest"))
        h = self.up1.block(torch.cat([h, kept1], dim=1), e)
        return self.conv_out(F.silu(self.norm_out(h)))


def kept_signal(steps=1000):
    """a_t, the cumulative product of 1 - beta for the linear schedule, [steps]."""
    return torch.cumprod(1 - torch.linspace(1e-4, 0.02, steps, dtype=torch.float64), 0)


def denoising_loss(model, kept, x, t, label, noise):
    """Mean squared error of the predicted noise; `kept` is a_t of all steps."""
    a = kept[t][:, None, None, None]
    noisy = a.sqrt() * x + (1 - a).sqrt() * noise
    return F.mse_loss(model(noisy, t, label).to(noise.dtype), noise)


class DDPMWorkload(Workload):
    name, batch, samples_per_step = "ddpm-unet", 64, 64
    modes = tuple(f"{way}-{precision}{layout}" for precision in ("f32", "bf16") for layout in ("", "-last")
                  for way in ("eager", "compile"))

    def __init__(self, mode):
        super().__init__(mode)
        self.model = self.prepared(UNet())
        self.kept = kept_signal().float()
        self.pool = self.images(2 * torch.rand(POOL_BATCHES * self.batch, 1, 28, 28) - 1)
        self.labels = torch.randint(10, (POOL_BATCHES * self.batch,))
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=2e-4, fused=True)
        self.loss = self.function(
            lambda x, t, label, noise: denoising_loss(self.model, self.kept, x, t, label, noise))

    def step(self):
        x = self.next(self.pool)
        labels = self.labels[:self.batch]
        t, noise = torch.randint(1000, (self.batch,)), torch.randn_like(x)
        return descend(self.loss(x, t, labels, noise), self.optimiser)
