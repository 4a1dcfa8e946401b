/** Hardware over HTTP: what comes in is bound, what goes out is rendered, nothing is decided. */
@NullMarked
package doni.api.hardware;

import org.jspecify.annotations.NullMarked;
