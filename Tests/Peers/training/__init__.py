"""The engine's nine training workloads in PyTorch (and the MLP ones in JAX), as peers and for golden values.

One file a family. The models take their widths as arguments: `Tests/Golden/engine_layers.py` uses the same
definitions at tiny widths. Details that the names of the workloads leave open stand in each file's docstring.
"""
