/** The wire contract of the API, played against the built service. */
@NullMarked
package doni.contract;

import org.jspecify.annotations.NullMarked;
