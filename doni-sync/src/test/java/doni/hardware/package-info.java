/** Tests of the inventory. */
@NullMarked
package doni.hardware;

import org.jspecify.annotations.NullMarked;
