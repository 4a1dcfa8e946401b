/** The documents: their commands run as printed, and what they refer to exists. */
@NullMarked
package doni.docs;

import org.jspecify.annotations.NullMarked;
