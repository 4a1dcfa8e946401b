/** Tests of resync runs. */
@NullMarked
package doni.resync;

import org.jspecify.annotations.NullMarked;
