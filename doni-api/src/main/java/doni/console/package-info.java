/**
 * The web console: pages for owners and operators, rendered on the server. It calls the use cases
 * that the REST controllers call, as the same {@link doni.policy.Caller}, and has no rule of its
 * own about who may do what.
 */
@NullMarked
package doni.console;

import org.jspecify.annotations.NullMarked;
