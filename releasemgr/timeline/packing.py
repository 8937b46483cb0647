"""Which track of its lane each bar is drawn in, so that no two drawn boxes touch and no target is covered."""

LAST_TRACK = 20
SMALLEST_PX = 24


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
