"""What linking text to terms is made of: names, inflections, typos, context."""
