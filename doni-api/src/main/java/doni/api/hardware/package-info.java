/** REST resources for hardware: they bind requests and render responses but decide nothing. */
@NullMarked
package doni.api.hardware;

import org.jspecify.annotations.NullMarked;
