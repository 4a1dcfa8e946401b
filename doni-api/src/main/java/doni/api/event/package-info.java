/**
 * REST resources for events: the history of a device, the feed of all devices, and the live stream.
 */
@NullMarked
package doni.api.event;

import org.jspecify.annotations.NullMarked;
