"""The parts of iterated_study.py: its settings, its models, its measures."""
