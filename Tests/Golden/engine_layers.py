"""Golden values of the engine's layers: PyTorch's forward, gradients and ten training steps, as safetensors.

    python3 Tests/Golden/engine_layers.py        # writes Tests/Golden/engine/*.safetensors, prints a table

One file a model. Tensors, row-major, images NCHW, weights as PyTorch has them:
    input.NAME      inputs, targets and noise (float32, or int64 for tokens, classes and times)
    parameter.NAME  the state before training, under its state_dict name (buffers too, such as running means)
    output.NAME     results of the first forward pass
    loss            losses of the ten steps, [10]; the first belongs to the outputs and gradients
    gradient.NAME   gradients of the first loss in every parameter (of inputs too: gradient.input.NAME)
    after10.NAME    the state after ten steps on the same inputs
The header's metadata say how: model, loss, optimiser with all its settings, versions, and `deviation`, the largest
|float32 - float64| / (largest |float64| of the tensor) over all tensors when the same is run in float32: what
one may ask of float32 code.

Everything is calculated in float64 from inputs and parameters that are exact in float32; results are rounded to
float32. Some gradients are zero in exact arithmetic (a key's bias under softmax); their rounding noise would
steer Adam, hence eps 1e-4 there.
"""
import copy
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Peers"))
from engine_files import write  # noqa: E402
from training import ddpm, flow, gpt, vae, wgan  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent / "engine"
STEPS = 10
# The optimisers, by name: class and settings. All tensors of a model share them, unless the case says otherwise.
OPTIMISERS = {
    "sgd": (torch.optim.SGD, dict(lr=0.1)),
    "momentum": (torch.optim.SGD, dict(lr=0.05, momentum=0.9)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.01, alpha=0.99, eps=1e-4)),
    "adam": (torch.optim.Adam, dict(lr=0.01, betas=(0.9, 0.999), eps=1e-4)),
    "adam_half": (torch.optim.Adam, dict(lr=0.01, betas=(0.5, 0.9), eps=1e-4)),
    "adamw": (torch.optim.AdamW, dict(lr=0.01, betas=(0.9, 0.95), eps=1e-4, weight_decay=0.1)),
}


def rounded(tensor, precision):
    """A float tensor as it is after the file's float32, in the precision of the calculation."""
    return tensor.detach().float().to(precision, copy=True) if tensor.is_floating_point() else tensor


def train(model, inputs, objective, optimiser, precision):
    """All tensors of a file, from a model and inputs that are left as they were."""
    model = copy.deepcopy(model).to(precision)
    inputs = {name: rounded(value, precision) for name, value in inputs.items()}
    tensors = {f"input.{name}": value for name, value in inputs.items()}
    tensors |= {f"parameter.{name}": value.clone() for name, value in model.state_dict().items()}
    differentiable = {name: value for name, value in inputs.items()
                      if value.is_floating_point() and not name.startswith("target")}
    for value in differentiable.values():
        value.requires_grad_()
    kind, settings = OPTIMISERS[optimiser]
    parameters = list(model.parameters())
    if "weight_decay" in settings:
        parameters = gpt.decayed(model, settings["weight_decay"])
    stepper = kind(parameters, **settings)
    losses = []
    for step in range(STEPS):
        stepper.zero_grad()
        outputs, loss = objective(model, inputs)
        loss.backward()
        losses.append(loss.detach())
        if step == 0:
            tensors |= {f"output.{name}": value.detach().clone() for name, value in outputs.items()}
            tensors |= {f"gradient.{name}": parameter.grad.clone()
                        for name, parameter in model.named_parameters()}
            tensors |= {f"gradient.input.{name}": value.grad.clone()
                        for name, value in differentiable.items() if value.grad is not None}
        stepper.step()
    tensors["loss"] = torch.stack(losses)
    tensors |= {f"after10.{name}": value.clone() for name, value in model.state_dict().items()}
    return {name: value.detach() for name, value in tensors.items()}


def deviation(wanted, got):
    """The worst relative difference over tensors, and the tensor's name."""
    worst = (0.0, "")
    for name, value in wanted.items():
        if value.is_floating_point():
            scale = max(value.abs().max().item(), 1e-6)
            worst = max(worst, ((got[name].double() - value).abs().max().item() / scale, name))
    return worst


def case(name, model, inputs, objective, optimiser, description, loss):
    """Writes a file: `objective(model, inputs)` gives (outputs, loss)."""
    for parameter in model.state_dict().values():
        if parameter.is_floating_point():
            parameter.copy_(parameter.float())
    wanted = train(model, inputs, objective, optimiser, torch.float64)
    got = train(model, inputs, objective, optimiser, torch.float32)
    worst, where = deviation(wanted, got)
    write(FOLDER / f"{name}.safetensors", wanted, "Tests/Golden/engine_layers.py", {
        "model": description, "loss_function": loss, "optimiser": OPTIMISERS[optimiser][0].__name__,
        "settings": OPTIMISERS[optimiser][1], "steps": STEPS, "calculated_in": "float64",
        "deviation": f"{worst:.1e} {where}"})
    size = (FOLDER / f"{name}.safetensors").stat().st_size
    first, last = wanted["loss"][0].item(), wanted["loss"][-1].item()
    print(f"{name:28}{optimiser:11}{size:8} B  loss {first:8.4f} -> {last:8.4f}  float32 {worst:.1e} {where}")


def squared(model, inputs):
    y = model(inputs["x"])
    return {"y": y}, F.mse_loss(y, inputs["target"])


def classified(model, inputs):
    y = model(inputs["x"])
    return {"y": y}, F.cross_entropy(y, inputs["target"])


MSE = "mean squared error over all elements of output.y and input.target"
CE = "mean cross-entropy of the logits output.y with the classes input.target"


class Sequence(nn.Module):
    """Named layers one after another; a name with a function is applied as it is."""

    def __init__(self, **layers):
        super().__init__()
        self.order = list(layers.values())
        for name, layer in layers.items():
            if isinstance(layer, nn.Module):
                setattr(self, name, layer)

    def forward(self, x):
        for layer in self.order:
            x = layer(x)
        return x

    def __deepcopy__(self, memo):
        clone = object.__new__(Sequence)
        clone.__dict__ = {key: copy.deepcopy(value, memo) for key, value in self.__dict__.items()}
        clone.order = [copy.deepcopy(layer, memo) for layer in self.order]
        return clone


def linear_models():
    activations = {
        "relu": (nn.ReLU(), "momentum"), "leaky_relu": (nn.LeakyReLU(0.2), "rmsprop"),
        "tanh": (nn.Tanh(), "adam"), "sigmoid": (nn.Sigmoid(), "adamw"), "gelu": (nn.GELU(), "adam"),
        "gelu_tanh": (nn.GELU(approximate="tanh"), "adamw"), "silu": (nn.SiLU(), "rmsprop"),
        "softplus": (nn.Softplus(), "momentum"), "elu": (nn.ELU(), "sgd")}
    for name, (activation, optimiser) in activations.items():
        model = Sequence(fc1=nn.Linear(5, 7), act1=activation, fc2=nn.Linear(7, 6), act2=activation, fc3=nn.Linear(6, 3))
        case(f"mlp_{name}", model, {"x": 2 * torch.randn(6, 5), "target": torch.randn(6, 3)}, squared, optimiser,
             f"fc1 5 -> 7, {activation}, fc2 7 -> 6, {activation}, fc3 6 -> 3", MSE)
    for name, layer, text in (
            ("layer_norm", nn.LayerNorm(8), "eps 1e-5"), ("group_norm", nn.GroupNorm(2, 8), "2 groups, eps 1e-5"),
            ("batch_norm", nn.BatchNorm1d(8), "training mode, eps 1e-5, momentum 0.1 (running variance unbiased)")):
        nn.init.normal_(layer.weight, 1, 0.3), nn.init.normal_(layer.bias, 0, 0.3)
        model = Sequence(fc1=nn.Linear(5, 8, bias=False), norm=layer, act=nn.Tanh(), fc2=nn.Linear(8, 3))
        case(name, model, {"x": torch.randn(6, 5), "target": torch.randint(3, (6,))}, classified, "adam",
             f"fc1 5 -> 8 without bias, norm of 8 ({text}), tanh, fc2 8 -> 3", CE)


def image_models():
    flatten = nn.Flatten()
    x = {"x": torch.randn(3, 2, 9, 7), "target": torch.randint(3, (3,))}
    case("convolution", Sequence(
        conv=nn.Conv2d(2, 4, 3, stride=2, padding=1), act=nn.LeakyReLU(0.2), flat=flatten, fc=nn.Linear(80, 3)),
        x, classified, "momentum",
        "conv 3x3 stride 2 padding 1, 2 -> 4 channels, leaky ReLU 0.2, flatten (channel, row, column), fc 80 -> 3", CE)
    case("convolution_dilated_groups", Sequence(
        conv1=nn.Conv2d(2, 4, (3, 2), padding=(1, 2), dilation=(2, 1), stride=(1, 2)), act=nn.Tanh(),
        conv2=nn.Conv2d(4, 6, 3, groups=2, bias=False), act2=nn.Tanh(), flat=flatten, fc=nn.Linear(90, 3)),
        x, classified, "adam",
        "conv1 2 -> 4, kernel (3, 2), stride (1, 2), padding (1, 2), dilation (2, 1), tanh; conv2 4 -> 6 3x3 in 2 groups "
        "without bias, tanh, flatten, fc 90 -> 3", CE)
    case("transposed_convolution", Sequence(
        fc=nn.Linear(5, 36), shape=nn.Unflatten(1, (4, 3, 3)), act1=nn.LeakyReLU(0.2),
        conv1=nn.ConvTranspose2d(4, 3, 4, stride=2, padding=1), act2=nn.LeakyReLU(0.2),
        conv2=nn.ConvTranspose2d(3, 1, 3, stride=2, padding=1, output_padding=1), act3=nn.Sigmoid()),
        {"x": torch.randn(3, 5), "target": torch.rand(3, 1, 12, 12)}, squared, "rmsprop",
        "fc 5 -> 36, [4, 3, 3], leaky ReLU 0.2, conv1 transposed 4 -> 3 4x4 stride 2 padding 1, leaky ReLU 0.2, "
        "conv2 transposed 3 -> 1 3x3 stride 2 padding 1 output padding 1, sigmoid", MSE)
    case("batch_norm_image", Sequence(
        conv=nn.Conv2d(1, 4, 3, bias=False), norm=nn.BatchNorm2d(4), act=nn.SiLU(), flat=flatten, fc=nn.Linear(64, 3)),
        {"x": torch.randn(4, 1, 6, 6), "target": torch.randint(3, (4,))}, classified, "adamw",
        "conv 1 -> 4 3x3 without bias, batch norm (training mode, eps 1e-5, momentum 0.1), SiLU, flatten, fc 64 -> 3", CE)
    case("pooling", Sequence(
        conv1=nn.Conv2d(1, 3, 3, padding=1), pool1=nn.MaxPool2d(2), act=nn.Tanh(), conv2=nn.Conv2d(3, 3, 3, padding=1),
        up=nn.Upsample(scale_factor=2, mode="nearest"), pool2=nn.AvgPool2d(4, 2, padding=1), flat=flatten,
        fc=nn.Linear(48, 3)),
        {"x": torch.randn(3, 1, 8, 8), "target": torch.randint(3, (3,))}, classified, "adam",
        "conv1 1 -> 3 3x3 padding 1, max pool 2, tanh, conv2 3 -> 3, nearest x2, average pool 4 stride 2 padding 1 "
        "(zeros counted), flatten, fc 48 -> 3", CE)
    block = ddpm.ResidualBlock(4, 6, 5, groups=2)

    def objective(model, inputs):
        y = model(inputs["x"], inputs["embedding"])
        return {"y": y}, F.mse_loss(y, inputs["target"])

    case("residual_block", block,
         {"x": torch.randn(2, 4, 5, 5), "embedding": torch.randn(2, 5), "target": torch.randn(2, 6, 5, 5)},
         objective, "adam", "training/ddpm.py ResidualBlock 4 -> 6, embedding 5, 2 groups", MSE)
    case("image_attention", ddpm.ImageAttention(6, groups=2),
         {"x": torch.randn(2, 6, 3, 4), "target": torch.randn(2, 6, 3, 4)}, squared, "adam",
         "training/ddpm.py ImageAttention of 6 channels, 2 groups (eps 1e-5)", MSE)


class SpectralMLP(nn.Module):
    """Each weight over its spectral norm, by one power iteration a forward pass on vectors that are kept.

    v = W^T u / |W^T u|, u = W v / |W v| without gradient; sigma = u^T W v with gradient through W; y = x (W / sigma)^T.
    """

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(5, 8), nn.Linear(8, 1)
        for layer in (self.fc1, self.fc2):
            layer.register_buffer("u", F.normalize(torch.randn(layer.out_features), dim=0))

    def normalised(self, layer):
        with torch.no_grad():
            v = F.normalize(layer.weight.T @ layer.u, dim=0)
            u = F.normalize(layer.weight @ v, dim=0)
            layer.u = u
        return layer.weight / (u @ layer.weight @ v)

    def forward(self, x):
        h = F.leaky_relu(F.linear(x, self.normalised(self.fc1), self.fc1.bias), 0.2)
        return F.linear(h, self.normalised(self.fc2), self.fc2.bias)


def adversarial_models():
    case("spectral_norm", SpectralMLP(), {"x": torch.randn(6, 5), "target": torch.randn(6, 1)}, squared, "adam_half",
         SpectralMLP.__doc__ + " fc1 5 -> 8, leaky ReLU 0.2, fc2 8 -> 1; u is kept per layer as a buffer.", MSE)

    def objective(model, inputs):
        """The critic's loss; the penalty's input has a graph to the parameters, not back to the images."""
        real, fake, mix = (inputs[name].detach() for name in ("real", "fake", "mix"))
        slope = wgan.input_slope(model, fake + mix * (real - fake))
        penalty = wgan.penalty(slope)
        scores_real, scores_fake = model(real), model(fake)
        names, parameters = zip(*model.named_parameters())
        second = torch.autograd.grad(penalty, parameters, retain_graph=True, allow_unused=True)
        outputs = {"real": scores_real, "fake": scores_fake, "slope": slope, "penalty": penalty.reshape(1)}
        outputs |= {f"penalty_gradient.{name}": torch.zeros_like(p) if g is None else g
                    for name, p, g in zip(names, parameters, second)}
        return outputs, scores_fake.mean() - scores_real.mean() + 10 * penalty

    text = ("mean D(fake) - mean D(real) + 10 * mean (|grad_x D| - 1)^2 at x = fake + mix (real - fake); output.slope is "
            "grad_x of the sum of D(x), output.penalty the mean without the 10, output.penalty_gradient.* the gradients of "
            "that mean alone")
    case("wgan_gp_mlp", wgan.MLPCritic(data=6, hidden=8),
         {"real": torch.randn(5, 6), "fake": torch.randn(5, 6), "mix": torch.rand(5, 1)}, objective, "adam_half",
         "training/wgan.py MLPCritic 6-8-8-1, ReLU", text)
    case("wgan_gp_conv", wgan.ConvCritic(channels=3, side=2),
         {"real": torch.randn(4, 1, 8, 8), "fake": torch.randn(4, 1, 8, 8), "mix": torch.rand(4, 1, 1, 1)},
         objective, "adam_half", "training/wgan.py ConvCritic, 3 and 6 channels, images 8x8, leaky ReLU 0.2", text)
    for name, model in (("wgan_generator_mlp", wgan.MLPGenerator(4, 8, 6)),
                        ("wgan_generator_conv", wgan.ConvGenerator(4, 3, 2))):
        shape = (5, 6) if "mlp" in name else (5, 1, 8, 8)
        case(name, model, {"x": torch.randn(5, 4), "target": torch.rand(shape)}, squared, "rmsprop",
             f"training/wgan.py {type(model).__name__}: latent 4, then widths 8, 8, 6 or 6 x 2 x 2, 3, 1 channels", MSE)


def likelihood_models():
    def bound(model, inputs):
        logits, mean, log_variance = model(inputs["x"], inputs["noise"])
        cross = F.binary_cross_entropy_with_logits(logits, inputs["x"], reduction="sum")
        divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()
        outputs = {"logits": logits, "mean": mean, "log_variance": log_variance, "cross_entropy": cross.reshape(1),
                   "divergence": divergence.reshape(1)}
        return outputs, (cross + divergence) / len(logits)

    case("vae", vae.VAE(9, 8, 3), {"x": torch.rand(5, 9), "noise": torch.randn(5, 3)}, bound, "adam",
         "training/vae.py VAE 9-8-(3, 3)-8-9", "(binary cross-entropy with logits + KL, both summed) / 5")

    def flow_loss(model, inputs):
        z, log_determinant = model(inputs["x"])
        return {"z": z, "log_determinant": log_determinant}, model.loss(inputs["x"])

    case("realnvp", flow.RealNVP(couplings=4, hidden=6), {"x": torch.randn(7, 2)}, flow_loss, "adam",
         "training/flow.py RealNVP, 4 couplings 1-6-6-2", "mean of |z|^2 / 2 + log(2 pi) - log determinant")

    def next_token(model, inputs):
        logits = model(inputs["tokens"])
        return {"logits": logits}, F.cross_entropy(logits.flatten(0, 1), inputs["target"].flatten())

    text = torch.randint(11, (3, 7))
    tokens = {"tokens": text[:, :-1].contiguous(), "target": text[:, 1:].contiguous()}
    case("embedding", Sequence(embedding=nn.Embedding(11, 5), fc=nn.Linear(5, 11)), tokens, next_token, "momentum",
         "embedding 11 x 5, fc 5 -> 11 at each position", "mean cross-entropy over all positions")
    for name, activation in (("gpt", nn.GELU), ("gpt_relu", nn.ReLU)):
        model = gpt.GPT(2, 2, 8, 6, 11, activation)
        for parameter in model.parameters():  # farther from 0 than the usual start, so that every gradient tells
            parameter.data.add_(0.2 * torch.randn_like(parameter))
        case(name, model, tokens, next_token, "adamw",
             f"training/gpt.py GPT, 2 layers, 2 heads, width 8, block 6, vocabulary 11, {activation.__name__}, tied head; "
             "weight decay on wte, wpe and the matrices, 0 on biases and norms", "mean cross-entropy over all positions")

    def denoise(model, inputs):
        y = model(inputs["x"], inputs["time"], inputs["class"])
        return {"y": y}, F.mse_loss(y, inputs["target"])

    case("unet", ddpm.UNet(channels=(4, 8), embedding=6, classes=3, groups=2),
         {"x": torch.randn(2, 1, 8, 8), "time": torch.tensor([3, 700]), "class": torch.tensor([2, 0]),
          "target": torch.randn(2, 1, 8, 8)}, denoise, "adam",
         "training/ddpm.py UNet, 4 and 8 channels, embedding 6, 3 classes, 2 groups, images 8x8", MSE)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for seed, models in enumerate((linear_models, image_models, adversarial_models, likelihood_models)):
        torch.manual_seed(seed + 1)
        models()
    total = sum(file.stat().st_size for file in FOLDER.glob("*.safetensors"))
    print(f"{total} bytes in all")


if __name__ == "__main__":
    main()
