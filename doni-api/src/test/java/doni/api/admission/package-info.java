/** Tests of bodies, links and times on the wire, of error responses and of the published API. */
@NullMarked
package doni.api.admission;

import org.jspecify.annotations.NullMarked;
