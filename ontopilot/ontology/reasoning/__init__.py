"""The engines of reasoning, and what each is proven to find."""
