"""vLLM on a GPU or a CPU, in a server of its own."""
