/** Who may do what, in the rule language of oslo.policy. */
@NullMarked
package doni.policy;

import org.jspecify.annotations.NullMarked;
