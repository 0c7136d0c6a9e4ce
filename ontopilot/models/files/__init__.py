"""A model on disk: checkpoints, adapters, GGUF files and chat templates."""
