"""The section of the page on robustness that tells the last run."""

from collections.abc import Iterable, Mapping


def section(command: str, counts: Mapping[str, Mapping[str, int]], bad: Iterable[str], of: Iterable[str]) -> str:
    """Return the section \"A broken world\"."""
    heads = ["accident", "runs", *bad]
    rows = [[kind, *(str(found.get(name, 0)) for name in heads[1:])] for kind, found in sorted(counts.items())]
    total = [str(sum(found.get(name, 0) for found in counts.values())) for name in heads[1:]]
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows, ["all", *total]]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"""## A broken world

Commands over small regions, each with an earlier result in its folder: {", ".join(of)}. The last run:

```
{command}
```

{table}

- *mixtures*: folders with files of two runs that no journal tells; *corrupt files*: after the journal was followed, still
  neither the earlier result nor the new one, byte by byte; *left-overs*: temporary folders, lock files, spilled or reduced
  files after the run or, where it was killed, after the next one; *wrong ends*: a status other than 0, 2 (told in one
  message) or 130 (stopped), or a next run whose bytes differ.
- Half of the kills come at a random second, half at a random call that makes, moves or removes a file.
- *No room*: from a random call on, every call that makes or moves a file is refused; the small disk and the largest size
  of a file also hold for the libraries that write without Python.
"""
