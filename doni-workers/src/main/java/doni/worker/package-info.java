/** The contract between the reconcile engine and the code of one integration. */
@NullMarked
package doni.worker;

import org.jspecify.annotations.NullMarked;
