# Spack: put this file into a repository of yours as packages/ouroboros/package.py, with the clone as the
# source:  spack dev-build -d CLONE ouroboros@main
# Tested: the syntax, by Python. Not tested: a build by Spack, which Debian 12 does not have.
import os

from spack.package import *


class Ouroboros(Package):
    """Iterated training of generative models on their own output, over MPI."""

    has_code = True
    version("main")

    depends_on("swift@6.2:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("openmpi@4.1:")
    depends_on("openblas")
    depends_on("onednn@2.7:")
    depends_on("sqlite")
    depends_on("zlib-api")
    depends_on("libdeflate")
    depends_on("openssl")
    depends_on("libpng")

    def install(self, spec, prefix):
        swift = which("swift")
        swift("build", "-c", "release", "--product", "ouroboros", "--disable-sandbox")
        mkdirp(prefix.bin)
        install(".build/release/ouroboros", prefix.bin)
        # `ouroboros script` looks for this folder above the program.
        install_tree("launch", prefix.launch)

    def setup_run_environment(self, env):
        env.set("OPENBLAS_NUM_THREADS", "1")
        env.set("OMP_NUM_THREADS", "1")

    @run_after("install")
    def answers(self):
        Executable(os.path.join(self.prefix.bin, "ouroboros"))("list", "models")
