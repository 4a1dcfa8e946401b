/** Tests of what all workers share, and the contract that every worker passes. */
@NullMarked
package doni.convergence;

import org.jspecify.annotations.NullMarked;
