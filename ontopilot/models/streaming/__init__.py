"""Text on its way out of an engine: from processes and servers, filtered, to a coroutine."""
