/** Tests of the policy. */
@NullMarked
package doni.policy;

import org.jspecify.annotations.NullMarked;
