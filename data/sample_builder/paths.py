"""Shortest paths over the generated roads: the main roads, and the trunk along them."""

import heapq
from dataclasses import dataclass, field

import numpy as np
import shapely

from data.sample_builder.grid import Floats, Ints, Shapes, point_key
from data.sample_builder.network import centimetres

_ATTRACTION = 0.7  # a main road costs later routes so much less, so that routes merge


@dataclass
class RoadGraph:
    """Roads of all towns as one graph.

    Attributes
    ----------
    lines
        Road segments in metres.
    nodes
        Coordinates of the junctions.
    ends
        Two junctions for each segment.
    cost
        Length in centimetres, less on main roads.
    main
        Segments that routes between towns have used.
    """

    lines: Shapes
    nodes: Floats
    ends: Ints
    cost: list[int]
    links: list[list[tuple[int, int]]]
    main: set[int] = field(default_factory=set)

    def nearest(self, place: Floats) -> int:
        """Return the junction nearest to a place."""
        return int(np.argmin(((self.nodes - place) ** 2).sum(axis=1)))

    def route(self, start: int, goal: int) -> list[int]:
        """Return the segments of the cheapest route, from start to goal (A* with straight distance)."""
        came = self._search(start, goal)
        here, segments = goal, list[int]()
        while here != start:
            here, segment = came[here]
            segments.append(segment)
        return segments[::-1]

    def _search(self, start: int, goal: int) -> dict[int, tuple[int, int]]:
        away = np.sqrt(((self.nodes - self.nodes[goal]) ** 2).sum(axis=1))
        guess: list[int] = (away * 100 * _ATTRACTION * 0.999).astype(np.int64).tolist()
        best: dict[int, int] = {start: 0}
        came: dict[int, tuple[int, int]] = {}
        done: set[int] = set()
        queue = [(guess[start], start)]
        while queue:
            _, here = heapq.heappop(queue)
            if here == goal:
                return came
            if here in done:
                continue
            done.add(here)
            for there, segment in self.links[here]:
                total = best[here] + self.cost[segment]
                if there not in done and total < best.get(there, 1 << 60):
                    best[there], came[there] = total, (here, segment)
                    heapq.heappush(queue, (total + guess[there], there))
        raise ValueError(f"no road between junctions {start} and {goal}")

    def use(self, segments: list[int]) -> None:
        """Mark segments as main roads; later routes like to follow them."""
        for segment in segments:
            if segment not in self.main:
                self.main.add(segment)
                self.cost[segment] = int(self.cost[segment] * _ATTRACTION)

    def trace(self, start: int, segments: list[int]) -> shapely.LineString:
        """Return one line along a route."""
        points, here = [self.nodes[start][None, :]], start
        for segment in segments:
            line = shapely.get_coordinates(self.lines[segment])
            forward = int(self.ends[segment, 0]) == here
            points.append(line[1:] if forward else line[-2::-1])
            here = int(self.ends[segment, 1 if forward else 0])
        return shapely.LineString(np.vstack(points))


def road_graph(lines: Shapes) -> RoadGraph:
    """Join segments at the end points that they share."""
    start = shapely.get_coordinates(shapely.get_point(lines, 0))
    end = shapely.get_coordinates(shapely.get_point(lines, -1))
    both = np.vstack([start, end])
    _, first, which = np.unique(point_key(both), return_index=True, return_inverse=True)
    ends = which.reshape(2, -1).T.astype(np.int64)
    links: list[list[tuple[int, int]]] = [[] for _ in first]
    for segment, (here, there) in enumerate(ends.tolist()):
        links[here].append((there, segment))
        links[there].append((here, segment))
    return RoadGraph(lines, both[first], ends, centimetres(lines).tolist(), links)


def mark_main_roads(graph: RoadGraph, centres: Floats, pairs: list[tuple[int, int]]) -> None:
    """Make the shortest routes between neighbouring town centres main roads."""
    junctions = [graph.nearest(centre) for centre in centres]
    for here, there in pairs:
        graph.use(graph.route(junctions[here], junctions[there]))
