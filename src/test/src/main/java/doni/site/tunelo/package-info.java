/** A simulated Tunelo, with as much of Neutron behind it as shows. */
@NullMarked
package doni.site.tunelo;

import org.jspecify.annotations.NullMarked;
