/** OpenTelemetry, where it is switched on. */
@NullMarked
package doni.api.tracing;

import org.jspecify.annotations.NullMarked;
