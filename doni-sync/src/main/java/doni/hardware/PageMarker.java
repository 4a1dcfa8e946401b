package doni.hardware;

import java.util.UUID;

/** The start of a page: after the hardware with this uuid and sort value. */
record PageMarker(UUID uuid, Object value) {}
