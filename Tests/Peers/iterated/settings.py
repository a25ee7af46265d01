"""What both sides of an iterated study are told, and the study file that says it to ours.

    wgan-gp-mlp    Wasserstein GAN with gradient penalty, the dense networks of training/wgan.py
    wgan-gp-conv   the same with its convolutional networks
    vae            variational autoencoder 784-400-20 of training/vae.py, weight decay 1e-5
    vae-conv       the same with the published convolutional network

Data: the first `limit` images of Fashion-MNIST. Loop: replace, every generation from new weights. Both sides make
the same number of steps with batches of the same size from epochs in a random order, draw `samples` images and
compare them with the first `held_out` test images by the same features. Measures on neighbours take as many samples
of each side as are held out: a choice among the real images would differ between the sides and be the same for all
seeds, which moves density, for one, by far more than the seeds do. Up to COMPONENT_SAMPLES training images the
principal components are the same too; of more, each side chooses.
"""
from dataclasses import asdict, dataclass, fields

PIXELS, SIDE = 784, 28
DATA = "/usr/share/datasets/fashion-mnist"
# Fixed on both sides.
CRITIC_STEPS, PENALTY_WEIGHT, GAN_BETAS, GAN_LATENT = 5, 10, (0.5, 0.9), 128
VAE_LATENT, VAE_DECAY = 20, 1e-5
# Most samples of each side in the Frechet distance, and most training images that components are taken from.
FRECHET_SAMPLES = COMPONENT_SAMPLES = 10_000


@dataclass(frozen=True)
class StudyDefaults:
    """A study's own values where none are given."""
    model: str
    convolutional: bool
    width: int
    small_width: int
    batch: int
    learning_rate: float
    steps: int


STUDIES = {
    "wgan-gp-mlp": StudyDefaults("wgan", False, 512, 128, 64, 1e-4, 2000),
    "wgan-gp-conv": StudyDefaults("wgan", True, 64, 8, 64, 1e-4, 500),
    "vae": StudyDefaults("vae", False, 400, 100, 128, 1e-3, 2000),
    "vae-conv": StudyDefaults("vae", True, 64, 8, 128, 1e-3, 500),
}


@dataclass(frozen=True)
class Settings:
    study: str
    precision: str = "f32"
    limit: int = 10_000
    held_out: int = 2000
    # Synthetic images a generation.
    samples: int = 10_000
    # Training steps of a fit; of the generator, each with CRITIC_STEPS of the critic.
    steps: int = 0
    batch: int = 0
    # Of the hidden layers, or channels of the first convolution.
    width: int = 0
    learning_rate: float = 0
    features: str = "principal-components"
    components: int = 64
    neighbours: int = 5
    generations: int = 5
    seeds: int = 4

    @classmethod
    def resolved(cls, study, small=False, **values):
        """Settings with the study's own values where none, or 0, are given; `small` takes its narrow networks."""
        own = STUDIES[study]
        standard = {"width": own.small_width if small else own.width, "batch": own.batch,
                    "learning_rate": own.learning_rate, "steps": own.steps}
        given = {field.name: values[field.name] for field in fields(cls) if values.get(field.name)}
        return cls(study, **(standard | given))

    @property
    def kind(self):
        return STUDIES[self.study]

    def dictionary(self):
        return asdict(self)


def study_file(settings):
    """The text of the study file for `ouroboros run`."""
    kind = settings.kind
    model = {"name": kind.model, "networks": "convolutional" if kind.convolutional else "mlp", "width": settings.width,
             "batch": settings.batch, "steps": settings.steps, "learning_rate": f"{settings.learning_rate:.10f}"}
    if kind.model == "wgan":
        model |= {"constraint": "gradient-penalty", "critic_steps": CRITIC_STEPS, "penalty_weight": PENALTY_WEIGHT,
                  "latent": GAN_LATENT, "beta1": GAN_BETAS[0], "beta2": GAN_BETAS[1]}
        if not kind.convolutional:
            model["hidden_layers"] = 2
    else:
        model |= {"latent": VAE_LATENT, "weight_decay": f"{VAE_DECAY:.10f}"}
    features = {"features": settings.features}
    if settings.features == "principal-components":
        features["components"] = settings.components
    neighbours = features | {"neighbours": settings.neighbours, "samples": settings.held_out}
    metrics = [{"name": "frechet"} | features | {"samples": FRECHET_SAMPLES},
               {"name": "precision-recall"} | neighbours, {"name": "density-coverage"} | neighbours]
    lines = [f"study: {settings.study}",
             f"dataset: {flow({'name': 'fashion-mnist', 'limit': settings.limit, 'held_out': settings.held_out})}",
             f"model: {flow(model)}",
             f"loop: {flow({'policy': 'replace', 'samples': settings.samples, 'start': 'cold'})}",
             f"generations: {settings.generations}", f"seeds: 0..<{settings.seeds}", "metrics:"]
    lines += [f"  - {flow(metric)}" for metric in metrics]
    lines += [f"resources: {flow({'precision': settings.precision})}"]
    return "\n".join(lines) + "\n"


def flow(values):
    """A YAML mapping on one line."""
    return "{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"
