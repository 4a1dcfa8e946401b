package doni.inventory;

import java.util.UUID;

/** Where a page begins: behind the device with this uuid, whose sort value this is. */
record Marker(UUID uuid, Object value) {}
