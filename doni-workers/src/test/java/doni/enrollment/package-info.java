/** Tests of the values of an enrollment. */
@NullMarked
package doni.enrollment;

import org.jspecify.annotations.NullMarked;
