/** A simulated Balena API, as openBalena serves it. */
@NullMarked
package doni.site.balena;

import org.jspecify.annotations.NullMarked;
