package doni.hardware;

import java.util.UUID;

/** Where a page begins: behind the device with this uuid, whose sort value this is. */
record PageMarker(UUID uuid, Object value) {}
