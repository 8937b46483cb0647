"""Which track of its lane each bar is drawn in, so that no two drawn boxes touch and no target is covered."""

LAST_TRACK = 20
SMALLEST_PX = 24


def rooms(boxes, tracks, *, end):
    """How many pixels each of the packed ``boxes`` may grow to the right: to the next one of its track, or to ``end``.

    Counted from the box's left side, in input order; 0 for a box without a track.
    """
    following, found = {}, [0] * len(boxes)
    for i in sorted(range(len(boxes)), key=lambda i: -boxes[i][0]):
        if tracks[i] is not None:
            found[i] = following.get(tracks[i], end) - boxes[i][0]
            following[tracks[i]] = boxes[i][0]
    return found


def pack(boxes, *, tracks=LAST_TRACK):
    """Tracks for ``boxes``, a sequence of ``(left, right)`` in pixels, half-open: ``[track, …]`` in input order.

    None stands for a box that found all ``tracks`` taken. First fit from the left uses no more tracks than the deepest
    overlap needs. The answer depends on the boxes only, ties being broken by length and then by input order, so the
    same bars keep their tracks from one request to the next.
    """
    order = sorted(range(len(boxes)), key=lambda i: (boxes[i][0], -boxes[i][1]))
    free_from = []
    chosen = [None] * len(boxes)
    for i in order:
        left, right = boxes[i]
        for track, free in enumerate(free_from):
            if free <= left:
                free_from[track] = right
                chosen[i] = track
                break
        else:
            if len(free_from) < tracks:
                chosen[i] = len(free_from)
                free_from.append(right)
    return chosen
