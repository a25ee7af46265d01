-- Lmod: puts a built clone of the repository on the search path.
--   module use CLONE/launch/packaging/modulefiles; module load ouroboros
-- Tested: loaded and unloaded with Lmod 8.6 on Debian 12. Not tested: other versions, Tcl modules.
help([[Ouroboros: iterated training of generative models on their own output. Build it first with
launch/quickstart or `swift build -c release --product ouroboros` in the clone.]])
whatis("Name: ouroboros")
whatis("Description: iterated training of generative models on their own output, over MPI")

-- CLONE/launch/packaging/modulefiles/ouroboros/main.lua
local clone = myFileName():gsub("/launch/packaging/modulefiles/.*$", "")
prepend_path("PATH", pathJoin(clone, ".build/release"))
prepend_path("MANPATH", pathJoin(clone, ".build/man"))
setenv("OUROBOROS_ROOT", clone)
setenv("OPENBLAS_NUM_THREADS", "1")
setenv("OMP_NUM_THREADS", "1")
