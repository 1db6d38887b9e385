"""Other ways to divide a township, run on the same cells as ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from patrol_scene import Scene


def import_peer(system: str) -> None:
    """Load the packages of a peer before the clock starts."""
    if system == "metis":
        import pymetis  # noqa: F401 - see above
    elif system.startswith("kahip"):
        import kahip  # noqa: F401 - see above
    elif system == "tree":
        import gerrychain.partition  # noqa: F401 - see above
    elif system == "ward":
        import sklearn.cluster  # noqa: F401 - see above
    elif system in {"regionkmeans", "skater", "azp", "maxp"}:
        import libpysal  # noqa: F401 - see above
        import spopt.region  # noqa: F401 - see above


def run_metis(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Partition the graph with METIS, every part contiguous."""
    import pymetis

    weight = np.rint(scene.cells["load_min"].to_numpy() * 10).astype(int).tolist()
    options = pymetis.Options(contig=True, ufactor=20, seed=seed)
    return np.array(
        pymetis.part_graph(
            count,
            adjacency=scene.neighbours,
            vweights=weight,
            options=options,
            recursive=False,
        )[1]
    )


def run_kahip(scene: Scene, count: int, seed: int, *, mode: str = "ECO") -> np.ndarray[Any, Any]:
    """Partition the graph with KaHIP; it has no wish for contiguous parts in this interface."""
    import kahip

    weight = np.rint(scene.cells["load_min"].to_numpy() * 10).astype(int).tolist()
    ends = np.cumsum([0, *map(len, scene.neighbours)]).tolist()
    near = [other for row in scene.neighbours for other in row]
    arguments = (weight, ends, [1] * len(near), near, count, 0.02, True, seed)
    return np.array(kahip.kaffpa(*arguments, getattr(kahip, mode))[1])


def run_kahip_strong(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Let KaHIP take its time."""
    return run_kahip(scene, count, seed, mode="STRONG")


def run_tree(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Cut random spanning trees one territory at a time, each within five per cent."""
    import networkx as nx
    from gerrychain import Graph
    from gerrychain.partition import recursive_tree_part

    load = scene.cells["load_min"].to_numpy()
    graph = nx.Graph()
    graph.add_nodes_from((cell, {"load": float(one)}) for cell, one in enumerate(load))
    graph.add_edges_from(zip(scene.first.tolist(), scene.second.tolist(), strict=True))
    whole = Graph.from_networkx(graph)
    fair = load.sum() / count
    found = recursive_tree_part(whole, range(count), fair, "load", 0.05, rng=seed)
    return np.array([found[cell] for cell in range(len(load))])


def run_power(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Move centres and the weights of their power cells in turn until the loads are even."""
    from scipy.spatial import cKDTree

    load, xy = scene.cells["load_min"].to_numpy(), scene.xy
    order = np.random.default_rng(seed)
    centres = xy[order.choice(len(xy), count, replace=False, p=load / load.sum())]
    weight = np.zeros(count)
    best = np.zeros(len(xy), dtype=int), np.inf
    step = np.ptp(xy, axis=0).prod() / count / 4
    for turn in range(150):
        away, candidate = cKDTree(centres).query(xy, k=min(16, count))
        owner = candidate[np.arange(len(xy)), (away**2 - weight[candidate]).argmin(axis=1)]
        loads = np.bincount(owner, weights=load, minlength=count)
        ratio = loads.max() / loads.mean()
        if ratio < best[1]:
            best = owner, ratio
        weight -= step * (loads / loads.mean() - 1) * 0.3
        weight -= weight.mean()
        if turn < 100:  # noqa: PLR2004 - then only the weights move
            sums = np.maximum(np.bincount(owner, minlength=count), 1)
            moved = [np.bincount(owner, weights=axis, minlength=count) / sums for axis in xy.T]
            is_used = np.bincount(owner, minlength=count) > 0
            centres = np.where(is_used[:, None], np.stack(moved, axis=1), centres)
    return np.asarray(best[0])


def run_ward(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Merge neighbours by Ward's rule."""
    from scipy.sparse import coo_array
    from sklearn.cluster import AgglomerativeClustering

    del seed
    number = len(scene.xy)
    graph = coo_array(
        (np.ones(len(scene.first)), (scene.first, scene.second)), shape=(number, number)
    )
    model = AgglomerativeClustering(n_clusters=count, connectivity=(graph + graph.T).tocsr())
    return np.asarray(model.fit_predict(scene.xy))


def weights_of(scene: Scene) -> Any:  # noqa: ANN401 - libpysal has no types
    """Give the neighbours as libpysal weights."""
    import libpysal

    return libpysal.weights.W(dict(enumerate(scene.neighbours)), silence_warnings=True)


def run_regionkmeans(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Run spopt's k-means with contiguity."""
    from spopt.region import RegionKMeansHeuristic

    np.random.seed(seed)  # noqa: NPY002 - spopt draws from the global state
    model = RegionKMeansHeuristic(scene.xy, count, weights_of(scene))
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1]


def run_skater(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Run spopt's spanning-tree partition."""
    from spopt.region import Skater

    del seed
    table = scene.cells.assign(x=scene.xy[:, 0], y=scene.xy[:, 1])
    model = Skater(table, weights_of(scene), ["x", "y"], n_clusters=count)
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1]


def run_azp(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Run spopt's automatic zoning."""
    from spopt.region import AZP

    table = scene.cells.assign(x=scene.xy[:, 0], y=scene.xy[:, 1])
    model = AZP(table, weights_of(scene), ["x", "y"], n_clusters=count, random_state=seed)
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1]


def run_maxp(scene: Scene, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Run spopt's max-p with nine tenths of the fair load as its threshold."""
    from spopt.region import MaxPHeuristic

    np.random.seed(seed)  # noqa: NPY002 - spopt draws from the global state
    table = scene.cells.assign(x=scene.xy[:, 0], y=scene.xy[:, 1])
    least = 0.9 * scene.cells["load_min"].sum() / count
    model = MaxPHeuristic(table, weights_of(scene), ["x", "y"], "load_min", least)
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1]


PEERS = {
    "metis": run_metis,
    "kahip": run_kahip,
    "kahip_strong": run_kahip_strong,
    "power": run_power,
    "tree": run_tree,
    "ward": run_ward,
    "regionkmeans": run_regionkmeans,
    "skater": run_skater,
    "azp": run_azp,
    "maxp": run_maxp,
}
