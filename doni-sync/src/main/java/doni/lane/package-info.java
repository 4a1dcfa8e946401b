/** When a device is looked at: a queue per worker on db-scheduler. */
@NullMarked
package doni.lane;

import org.jspecify.annotations.NullMarked;
