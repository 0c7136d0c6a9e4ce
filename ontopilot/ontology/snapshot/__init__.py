"""What a snapshot is made of: tables, closures, the words for terms."""
