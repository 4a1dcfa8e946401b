/** OpenTelemetry tracing, if enabled. */
@NullMarked
package doni.api.tracing;

import org.jspecify.annotations.NullMarked;
