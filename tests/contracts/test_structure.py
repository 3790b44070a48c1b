"""The house keeps its shape: no circles, no module that hides a function, rooms entered by their door."""

from __future__ import annotations

import importlib

import grimp
import pytest


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("perovdata", cache_dir=None)


def packages(graph: grimp.ImportGraph) -> list[str]:
    return sorted(module for module in graph.modules if graph.find_children(module))


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Sets of nodes that can reach one another (Tarjan 1972, doi 10.1137/0201010)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges.get(node, set()):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            start = stack.index(node)
            if len(stack) - start > 1:
                found.append(sorted(stack[start:]))
            del stack[start:]

    for node in edges:
        if node not in index:
            visit(node)
    return found


def test_the_search_finds_a_circle():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set(), "d": {"a", "c"}}) == []


def test_no_circle_between_modules(graph):
    edges = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert circles(edges) == []


def test_no_circle_between_the_parts_of_any_room(graph):
    for package in packages(graph):
        part_of = {
            module: part
            for part in graph.find_children(package)
            for module in {part} | graph.find_descendants(part)
        }
        edges: dict[str, set[str]] = {part: set() for part in graph.find_children(package)}
        for module, part in part_of.items():
            imported = graph.find_modules_directly_imported_by(module)
            edges[part] |= {part_of[other] for other in imported if other in part_of} - {part}
        assert circles(edges) == [], f"between the parts of {package}"


def test_no_module_has_the_name_of_something_its_room_exports(graph):
    """``import room.name`` would put the module in the place of the function ``room.name``."""
    hidden = []
    for package in packages(graph):
        face = importlib.import_module(package)
        inside = graph.find_children(package) if package == "perovdata" else graph.find_descendants(package)
        names = set(getattr(face, "__all__", ()))
        hidden += [module for module in inside if module.rsplit(".", 1)[1] in names]
    assert sorted(hidden) == []


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_a_room_is_entered_by_its_door(graph):
    """Code of another room imports from a face (a package), not from an implementation module."""
    faces = set(packages(graph))
    deep = {
        (module, other)
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
        if room(module) != room(other) and room(module) and other.count(".") >= 2 and other not in faces
    }
    assert sorted(deep) == []


def test_every_name_of_every_face_is_there(graph):
    for package in packages(graph):
        face = importlib.import_module(package)
        assert [name for name in getattr(face, "__all__", ()) if not hasattr(face, name)] == []
