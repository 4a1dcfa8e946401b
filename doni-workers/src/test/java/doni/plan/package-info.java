/** Whether plans tell the truth. */
@NullMarked
package doni.plan;

import org.jspecify.annotations.NullMarked;
