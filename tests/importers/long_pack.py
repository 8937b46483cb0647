"""A pack long enough to be interrupted."""

from tests.importers.test_openstack import PACK

CYCLES, DELIVERABLES, VERSIONS = 5, 12, 6


def write_long_pack(folder):
    """Write a pack that takes some seconds: 5 cycles of 12 deliverables of 6 versions; returns the folder."""
    rows = {path.name: [path.read_text().splitlines()[0]] for path in PACK.glob("*.csv")}
    for cycle in range(CYCLES):
        rows["cycles.csv"].append(
            f"c{cycle},,C{cycle},202{cycle}-01-04,,202{cycle}-06-30,,end of life" + "," * 8
        )
        for number in range(DELIVERABLES):
            rows["projects.csv"].append(f"c{cycle},part{number},team,service,cycle-with-rc,1,,8,0")
            rows["releases.csv"] += [
                f"c{cycle},part{number},{cycle}.{n}.0,{'final' if n == VERSIONS - 1 else 'intermediary'},"
                f"202{cycle}-06-{n + 10}T10:00:00Z,merge,,,,,202{cycle}-06-{n + 10}T10:00:00Z,1,r,aa,bb"
                for n in range(VERSIONS)
            ]
    rows["cycles.csv"] = [
        row[: row.rindex(",")] if row.count(",") == 15 else row for row in rows["cycles.csv"]
    ]
    for name, lines in rows.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder
