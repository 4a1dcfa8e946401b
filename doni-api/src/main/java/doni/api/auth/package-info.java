/** Who calls: a Keystone token becomes a {@link doni.policy.Caller}, or the request is refused. */
@NullMarked
package doni.api.auth;

import org.jspecify.annotations.NullMarked;
