"""gpt-char, gpt-bpe, opt125m-step: decoder-only transformers with pre-normalisation and tied embeddings.

Parameter names are GPT-2's (wte, wpe, h.N.ln_1, h.N.attn.c_attn, ...), weights [out, in] as in nn.Linear:
    x = wte[tokens] + wpe[0..<T]; each block x += c_proj(attention(c_attn(ln_1(x)))), x += c_proj(act(c_fc(ln_2(x))));
    logits = ln_f(x) wte^T. Biases everywhere but at the head, layer-norm eps 1e-5, causal softmax(q k^T / sqrt(d)),
    c_attn gives q, k, v in this order, hidden width 4 x, no dropout.

gpt-char      6 layers, 6 heads, width 192, block 64, vocabulary 96, batch 32, GELU (erf)
gpt-bpe       4 layers, 4 heads, width 128, block 64, vocabulary 8,192, batch 32, GELU (erf)
opt125m-step  12 layers, 12 heads, width 768, block 64, vocabulary 50,272, batch 8, ReLU, 64 learned positions

Initialisation: all weights and embeddings N(0, 0.02), the residual projections (attn.c_proj, mlp.c_proj)
N(0, 0.02 / sqrt(2 layers)), biases 0. Loss: mean cross-entropy of the next token over all positions.
AdamW, learning rate 3e-4, betas (0.9, 0.95), eps 1e-8, weight decay 0.1 on tensors of two dimensions, 0 else.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .workload import POOL_BATCHES, Workload, descend


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x):
        """x [B, T, C] -> [B, T, C]."""
        batch, length, width = x.shape
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2)
                   for part in self.c_attn(x).split(width, dim=2))  # [B, H, T, C / H]
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(out.transpose(1, 2).reshape(batch, length, width))


class MLP(nn.Module):
    def __init__(self, width, activation):
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.activation = activation()
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.c_proj(self.activation(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, width, heads, activation=nn.GELU):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = MLP(width, activation)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, layers, heads, width, block, vocabulary, activation=nn.GELU):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(block, width)
        self.h = nn.ModuleList(Block(width, heads, activation) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                residual = name.endswith("c_proj.weight")
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * layers) if residual else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, tokens):
        """tokens [B, T] -> logits [B, T, vocabulary]."""
        x = self.wte(tokens) + self.wpe.weight[:tokens.shape[1]]
        for block in self.h:
            x = block(x)
        return F.linear(self.ln_f(x), self.wte.weight)

    def loss(self, tokens, targets):
        return F.cross_entropy(self(tokens).flatten(0, 1), targets.flatten())


def decayed(model, weight_decay):
    """Parameter groups: matrices and embeddings decay, vectors do not."""
    parameters = list(model.parameters())
    return [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}]


class GPTWorkload(Workload):
    activation = nn.GELU
    block = 64

    def __init__(self, mode):
        super().__init__(mode)
        self.model = GPT(*self.size, self.block, self.vocabulary, self.activation)
        text = torch.randint(self.vocabulary, (POOL_BATCHES * self.batch, self.block + 1))
        self.tokens, self.targets = text[:, :-1].contiguous(), text[:, 1:].contiguous()
        self.optimiser = torch.optim.AdamW(decayed(self.model, 0.1), lr=3e-4, betas=(0.9, 0.95), fused=True)
        self.loss = self.function(self.model.loss)

    def step(self):
        start = self.position % POOL_BATCHES * self.batch
        self.position += 1
        rows = slice(start, start + self.batch)
        return descend(self.loss(self.tokens[rows], self.targets[rows]), self.optimiser)


class GPTChar(GPTWorkload):
    name, batch, samples_per_step = "gpt-char", 32, 32
    size, vocabulary = (6, 6, 192), 96


class GPTBPE(GPTWorkload):
    name, batch, samples_per_step = "gpt-bpe", 32, 32
    size, vocabulary = (4, 4, 128), 8192


class OPT125m(GPTWorkload):
    name, batch, samples_per_step = "opt125m-step", 8, 8
    size, vocabulary, activation = (12, 12, 768), 50272, nn.ReLU
