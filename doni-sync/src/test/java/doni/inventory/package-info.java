/** Tests of the inventory. */
@NullMarked
package doni.inventory;

import org.jspecify.annotations.NullMarked;
