/** What a worker is told about a device: values, without database, web or backend. */
@NullMarked
package doni.device;

import org.jspecify.annotations.NullMarked;
