"""How much memory a process takes."""


def resident_bytes(process: int) -> int:
    """The resident memory of a process and all that descend from it; 0 once it is gone."""
    import psutil

    total = 0
    try:
        root = psutil.Process(process)
        family = (root, *root.children(recursive=True))
    except psutil.Error:
        return 0
    for one in family:
        try:
            total += int(one.memory_info().rss)
        except psutil.Error:
            continue  # it has ended meanwhile
    return total
