"""Pictures of terms."""
